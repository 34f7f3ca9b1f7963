/// The elements of a tensor in the order in which they lie in memory, as nested loops over parts of its axes.
struct LayoutWalk: Sendable {
  /// A loop, the outermost first.
  struct Loop: Sendable, Hashable {
    let axis: Int
    let extent: Int
    /// How far one turn goes along the axis.
    let step: Int
  }

  let loops: [Loop]

  /// Nil where the layout has gaps or is one that only a primitive understands.
  init?(_ layout: Layout) {
    guard layout.isDense, let blocking = layout.blocking else { return nil }
    var blocks = [Int](repeating: 1, count: layout.dimensions.count)
    for block in blocking.blocks { blocks[block.axis] *= block.size }
    let outer = layout.dimensions.indices.map { axis in
      (
        stride: blocking.strides[axis],
        loop: Loop(axis: axis, extent: layout.dimensions[axis] / blocks[axis], step: blocks[axis])
      )
    }.sorted { ($0.stride, $1.loop.axis) > ($1.stride, $0.loop.axis) }
    var loops = outer.map(\.loop)
    for block in blocking.blocks {
      blocks[block.axis] /= block.size
      loops.append(Loop(axis: block.axis, extent: block.size, step: blocks[block.axis]))
    }
    self.loops = loops.filter { $0.extent != 1 }
  }

  /// The walk through an operand with `strides`, 0 along axes that it is repeated along, neighboring loops joined.
  func walk(strides: [Int]) -> (extents: [Int], strides: [Int]) {
    var joined: [(extent: Int, stride: Int)] = []
    for loop in loops {
      let stride = strides[loop.axis] * loop.step
      if let last = joined.last, last.stride == stride * loop.extent {
        joined[joined.count - 1] = (last.extent * loop.extent, stride)
      } else {
        joined.append((loop.extent, stride))
      }
    }
    if joined.isEmpty { joined = [(1, 1)] }
    return (joined.map(\.extent), joined.map(\.stride))
  }
}
