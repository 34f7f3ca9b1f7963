internal import OneDNN

extension WindowGeometry {
  /// Whether the four parts describe `rank` axes with positive strides and dilations and no negative padding.
  func isValid(rank: Int) -> Bool {
    [strides, dilations, paddingBefore, paddingAfter].allSatisfy { $0.count == rank }
      && (strides + dilations).allSatisfy { $0 >= 1 && $0 <= 1 << 20 }
      && (paddingBefore + paddingAfter).allSatisfy { $0 >= 0 && $0 <= 1 << 24 }
  }

  /// The number of windows of `kernel` along each axis of `input`, or nil where a window is larger than the input.
  func outputExtents(input: [Int], kernel: [Int]) -> [Int]? {
    var extents: [Int] = []
    for axis in input.indices {
      let (span, overflow) = (kernel[axis] - 1).multipliedReportingOverflow(by: dilations[axis])
      let room = input[axis] + paddingBefore[axis] + paddingAfter[axis] - (span + 1)
      guard !overflow, room >= 0 else { return nil }
      extents.append(room / strides[axis] + 1)
    }
    return extents
  }
}
