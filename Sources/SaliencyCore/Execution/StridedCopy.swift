/// A copy between two tensors that are walked with strides: slices, padding and broadcasts.
struct StridedCopy: Sendable {
  /// Where a walk begins and how far its neighbors are apart, in elements, along each axis.
  struct Walk: Sendable {
    var offset: Int
    var strides: [Int]
  }

  /// How many elements are copied along each axis.
  let extents: [Int]
  let source: Walk
  let destination: Walk
  /// What the destination is filled with before, and how many elements it has; nil where the copy covers all.
  let fill: (value: Float, count: Int)?

  init(extents: [Int], source: Walk, destination: Walk, fill: (value: Float, count: Int)? = nil) {
    self.fill = fill
    // Axes that both walks pass through as if they were one are one.
    var merged: [(extent: Int, source: Int, destination: Int)] = []
    for axis in extents.indices where extents[axis] != 1 {
      let (extent, from, to) = (extents[axis], source.strides[axis], destination.strides[axis])
      if let outer = merged.last, outer.source == extent * from, outer.destination == extent * to {
        merged[merged.count - 1] = (outer.extent * extent, from, to)
      } else {
        merged.append((extent, from, to))
      }
    }
    self.extents = merged.map(\.extent)
    self.source = Walk(offset: source.offset, strides: merged.map(\.source))
    self.destination = Walk(offset: destination.offset, strides: merged.map(\.destination))
  }

  func run(_ arguments: KernelArguments) {
    let input = arguments.inputs[0]
    let output = arguments.output
    if let fill {
      arguments.team.forEachChunk(of: fill.count) {
        (output + $0.lowerBound).update(repeating: fill.value, count: $0.count)
      }
    }
    guard let inner = extents.last else {
      output[destination.offset] = input[source.offset]
      return
    }
    let rows = extents.dropLast().reduce(1, *)
    guard inner > 0, rows > 0 else { return }
    let sourceStride = source.strides.last!
    let destinationStride = destination.strides.last!
    arguments.team.forEachChunk(of: rows, grain: max(1, 16_384 / inner)) { range in
      for row in range {
        var remaining = row
        var from = source.offset
        var to = destination.offset
        for axis in stride(from: extents.count - 2, through: 0, by: -1) {
          let position = remaining % extents[axis]
          remaining /= extents[axis]
          from += position * source.strides[axis]
          to += position * destination.strides[axis]
        }
        if sourceStride == 1 && destinationStride == 1 {
          (output + to).update(from: input + from, count: inner)
        } else if sourceStride == 0 && destinationStride == 1 {
          (output + to).update(repeating: input[from], count: inner)
        } else {
          for index in 0..<inner {
            output[to + index * destinationStride] = input[from + index * sourceStride]
          }
        }
      }
    }
  }
}
