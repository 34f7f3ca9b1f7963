/// A function of two row-major tensors with broadcasting, for those that neither oneDNN nor the vector kernels have.
struct StridedBinary: Sendable {
  private let body: @Sendable (Float, Float) -> Float
  /// The extents and both operands' strides, neighboring axes joined where both walk through them evenly.
  private let extents: [Int]
  private let left: [Int]
  private let right: [Int]

  /// - Parameters:
  ///   - extents: those of the result.
  ///   - left: the extents of the left operand, as many; 1 is broadcast.
  ///   - right: the extents of the right operand, likewise.
  init(
    _ body: @escaping @Sendable (Float, Float) -> Float, extents: [Int], left: [Int], right: [Int]
  ) {
    self.body = body
    let (leftStrides, rightStrides) = (left.repeatedStrides, right.repeatedStrides)
    var joined: [(extent: Int, left: Int, right: Int)] = []
    for axis in extents.indices where extents[axis] != 1 {
      let next = (extent: extents[axis], left: leftStrides[axis], right: rightStrides[axis])
      if let last = joined.last, last.left == next.left * next.extent, last.right == next.right * next.extent
      {
        joined[joined.count - 1] = (last.extent * next.extent, next.left, next.right)
      } else {
        joined.append(next)
      }
    }
    if joined.isEmpty { joined = [(1, 1, 1)] }
    self.extents = joined.map(\.extent)
    self.left = joined.map(\.left)
    self.right = joined.map(\.right)
  }

  func run(_ arguments: KernelArguments) {
    let (a, b, output) = (arguments.inputs[0], arguments.inputs[1], arguments.output)
    let inner = extents[extents.count - 1]
    let (leftStep, rightStep) = (left[left.count - 1], right[right.count - 1])
    let rows = extents.dropLast().reduce(1, *)
    arguments.team.forEachChunk(of: rows, grain: max(1, 16_384 / inner)) { range in
      for row in range {
        var remaining = row
        var (from, other) = (0, 0)
        for axis in stride(from: extents.count - 2, through: 0, by: -1) {
          let position = remaining % extents[axis]
          remaining /= extents[axis]
          from += position * left[axis]
          other += position * right[axis]
        }
        let (x, y, result) = (a + from, b + other, output + row * inner)
        switch (leftStep, rightStep) {
        case (1, 1): for index in 0..<inner { result[index] = body(x[index], y[index]) }
        case (1, 0):
          let constant = y[0]
          for index in 0..<inner { result[index] = body(x[index], constant) }
        case (0, 1):
          let constant = x[0]
          for index in 0..<inner { result[index] = body(constant, y[index]) }
        default: for index in 0..<inner { result[index] = body(x[index * leftStep], y[index * rightStep]) }
        }
      }
    }
  }
}
