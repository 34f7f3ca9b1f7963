import SaliencyCore

/// A sliding window as ONNX describes it, for convolutions and poolings.
struct WindowAttributes {
  let geometry: WindowGeometry
  let kernel: [Int]

  /// Reads strides, dilations, padding and rounding for a window of `kernel` on an input of the spatial `extents`.
  init(_ node: NodeImport, kernel: [Int], extents: [Int], roundsUp: Bool = false) throws(ImportFailure) {
    let rank = extents.count
    let ones = [Int](repeating: 1, count: rank)
    let strides = try node.integers("strides") ?? ones
    let dilations = try node.integers("dilations") ?? ones
    guard kernel.count == rank, strides.count == rank, dilations.count == rank else {
      throw .invalid("kernel, strides and dilations have to be given for \(rank) axes")
    }
    let limit = 1...(1 << 20)
    guard (kernel + strides + dilations).allSatisfy({ limit.contains($0) }) else {
      throw .invalid("kernel, strides and dilations have to lie in 1...\(limit.upperBound)")
    }
    let spans = zip(kernel, dilations).map { ($0 - 1) * $1 + 1 }
    var before = [Int](repeating: 0, count: rank)
    var after = before
    switch try node.text("auto_pad") ?? "NOTSET" {
    case "NOTSET", "":
      if let pads = try node.integers("pads") {
        guard pads.count == 2 * rank else { throw .invalid("pads has to have \(2 * rank) entries") }
        before = Array(pads[..<rank])
        after = Array(pads[rank...])
      }
    case "VALID": break
    case let mode where mode == "SAME_UPPER" || mode == "SAME_LOWER":
      for axis in 0..<rank {
        let count = (extents[axis] + strides[axis] - 1) / strides[axis]
        let total = max(0, (count - 1) * strides[axis] + spans[axis] - extents[axis])
        before[axis] = mode == "SAME_UPPER" ? total / 2 : total - total / 2
        after[axis] = total - before[axis]
      }
    case let mode: throw .invalid("auto_pad '\(mode)' does not exist")
    }
    guard (before + after).allSatisfy({ 0...(1 << 24) ~= $0 }) else {
      throw .unsupported("padding of \(before + after) is not supported; it has to lie in 0...16777216")
    }
    if roundsUp {
      for axis in 0..<rank {
        let room = extents[axis] + before[axis] + after[axis] - spans[axis]
        guard room >= 0, room % strides[axis] != 0 else { continue }
        let last = (room / strides[axis] + 1) * strides[axis]
        // A window that would begin in the padding behind the input does not count.
        if last < extents[axis] + before[axis] { after[axis] += last - room }
      }
    }
    self.kernel = kernel
    geometry = WindowGeometry(
      strides: strides, dilations: dilations, paddingBefore: before, paddingAfter: after)
  }
}
