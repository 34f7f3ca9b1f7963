import SaliencyCore

/// The straight path from a baseline to an input, or between what a layer gives for both.
struct StraightPath {
  private let shape: Shape
  private let start: [Float]
  /// The whole way.
  let difference: [Float]

  /// - Precondition: both ends have the same shape.
  init(from start: Tensor, to end: Tensor) {
    (shape, self.start) = (end.shape, start.values)
    difference = zip(end.values, start.values).map { $0 - $1 }
  }

  /// The point where that share of the way is done.
  func point(_ position: Double) -> Tensor {
    let share = Float(position)
    return Tensor(shape: shape, values: zip(start, difference).map { $0 + share * $1 })
  }

  /// The weighted sum of what ``SamplingMethod/sampled`` gives at points of the path, in double precision, and its shape.
  func integral(
    _ points: [(position: Double, weight: Double)], _ network: NetworkSampler
  ) async throws -> (values: [Double], shape: Shape) {
    var sum: (values: [Double], shape: Shape) = ([], [])
    try await network.run(count: points.count) { index in
      point(points[index].position)
    } _: { sample in
      let sampled = sample.attribution!
      if sample.index == 0 {
        sum = (Array(repeating: 0, count: sampled.shape.elementCount), sampled.shape)
      }
      let weight = points[sample.index].weight
      for (index, value) in sampled.values.enumerated() { sum.values[index] += weight * Double(value) }
    }
    return sum
  }
}
