public import SaliencyCore

extension WindowGeometry {
  /// A geometry over `rank` axes; a list that is not given is 1 or 0 everywhere.
  public init(
    rank: Int, strides: [Int]? = nil, dilations: [Int]? = nil, before: [Int]? = nil, after: [Int]? = nil
  ) {
    self.init(
      strides: strides ?? [Int](repeating: 1, count: rank),
      dilations: dilations ?? [Int](repeating: 1, count: rank),
      paddingBefore: before ?? [Int](repeating: 0, count: rank),
      paddingAfter: after ?? before ?? [Int](repeating: 0, count: rank))
  }
}
