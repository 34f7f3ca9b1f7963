/// The geometry of a sliding window: convolution or pooling. One entry a spatial axis.
public struct WindowGeometry: Sendable, Hashable {
  /// Distance between neighboring windows.
  public var strides: [Int]
  /// Distance between neighboring taps of a window; 1 is a dense window.
  public var dilations: [Int]
  /// Zeros before the first element.
  public var paddingBefore: [Int]
  /// Zeros after the last element.
  public var paddingAfter: [Int]

  /// A geometry from its four parts.
  public init(strides: [Int], dilations: [Int], paddingBefore: [Int], paddingAfter: [Int]) {
    self.strides = strides
    self.dilations = dilations
    self.paddingBefore = paddingBefore
    self.paddingAfter = paddingAfter
  }

  /// Whether the four parts describe `rank` axes with positive strides and dilations and no negative padding.
  func isValid(rank: Int) -> Bool {
    [strides, dilations, paddingBefore, paddingAfter].allSatisfy { $0.count == rank }
      && (strides + dilations).allSatisfy { $0 >= 1 && $0 <= 1 << 20 }
      && (paddingBefore + paddingAfter).allSatisfy { $0 >= 0 && $0 <= 1 << 24 }
  }

  /// The number of windows of `kernel` along each axis of `input`, or nil where a window is larger than the padded input
  /// or the input has no elements to begin with.
  func outputExtents(input: [Int], kernel: [Int]) -> [Int]? {
    var extents: [Int] = []
    for axis in input.indices {
      guard (1...GraphBuilder.elementLimit).contains(input[axis]), kernel[axis] >= 1 else { return nil }
      let (span, overflow) = (kernel[axis] - 1).multipliedReportingOverflow(by: dilations[axis])
      guard !overflow else { return nil }
      let room = input[axis] + paddingBefore[axis] + paddingAfter[axis] - 1 - span
      guard room >= 0 else { return nil }
      extents.append(room / strides[axis] + 1)
    }
    return extents
  }

  /// Whether some window of `kernel` lies in the padding with all its taps.
  func hasEmptyWindow(input: [Int], kernel: [Int], output: [Int]) -> Bool {
    input.indices.contains { axis in
      func isEmpty(_ window: Int) -> Bool {
        let first = window * strides[axis] - paddingBefore[axis]
        // The first tap that does not lie before the input.
        let tap = first < 0 ? (dilations[axis] - 1 - first) / dilations[axis] : 0
        return tap >= kernel[axis] || first + tap * dilations[axis] >= input[axis]
      }
      // Those that begin before the input, and the last; the others begin between its first and last element.
      let begun = min(output[axis], paddingBefore[axis] / strides[axis] + 1)
      return (0..<begun).contains(where: isEmpty) || isEmpty(output[axis] - 1)
    }
  }
}
