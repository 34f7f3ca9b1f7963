internal import LibC

/// Where places lie along the direction in which they differ most: their projection on their first principal component.
///
/// The operand is [batch, features, places], the result [batch, places]. Each feature's mean over the places is taken off first. Which end
/// of the direction is positive is a convention: here the place that lies farthest out does. Places that do not differ give 0. There is no
/// derivative.
public struct PrincipalComponent: Operation {
  /// The projection; it has no parameters.
  public init() {}

  public var traits: OperationTraits { OperationTraits(relevance: .unknown) }

  public func resultShape(of operands: [Shape]) throws(GraphError) -> Shape {
    try expect(operands, count: 1)
    try require(operands[0].count == 3, "\(operands[0].text) is no batch×features×places")
    return [operands[0][0], operands[0][2]]
  }

  public func gradients(_ context: GradientContext) throws(GraphError) -> [Value?] {
    try context.requireConstant(0, "operand of a principal component")
    return [nil]
  }

  /// The first: the others belong to one item.
  public func batchAxis(of operands: [BatchOperand], in result: Shape) -> BatchAxis? { operands.leadingAxis }

  public func lower(_ node: NodeLowering) throws -> Placement {
    let shape = node.operandShape(0)
    let (features, places) = (shape[1], shape[2])
    return try node.emitPlain(name) { arguments in
      arguments.team.forEachChunk(of: shape[0], grain: 1) { items in
        for item in items {
          let cloud = PointCloud(
            values: arguments.inputs[0] + item * features * places, features: features, places: places)
          let projection = cloud.projectionOnFirstComponent()
          for (place, value) in projection.enumerated() {
            arguments.output[item * places + place] = Float(value)
          }
        }
      }
    }
  }
}

/// Places with a number a feature each, features × places in row-major order.
private struct PointCloud {
  private let values: UnsafePointer<Float>
  private let features: Int
  private let places: Int
  private let means: [Double]

  /// The number of directions that are looked at together.
  private static let width = 16
  private static let tolerance = 1e-10

  init(values: UnsafePointer<Float>, features: Int, places: Int) {
    (self.values, self.features, self.places) = (values, features, places)
    means = (0..<features).map { feature in
      (0..<places).reduce(0) { $0 + Double(values[feature * places + $1]) } / Double(max(places, 1))
    }
  }

  /// The centered places along a direction.
  private func projection(on direction: [Double]) -> [Double] {
    let center = dot(means, direction)
    var result = [Double](repeating: -center, count: places)
    for feature in 0..<features {
      let row = values + feature * places
      for place in 0..<places { result[place] += Double(row[place]) * direction[feature] }
    }
    return result
  }

  /// The covariance times a direction, up to a factor.
  private func spread(along direction: [Double]) -> [Double] {
    let along = projection(on: direction)
    let total = along.reduce(0, +)
    return (0..<features).map { feature in
      let row = values + feature * places
      return (0..<places).reduce(0) { $0 + Double(row[$1]) * along[$1] } - means[feature] * total
    }
  }

  /// Lanczos's method with restarts: the best direction of a small space that the covariance spans from the best one so far.
  func projectionOnFirstComponent() -> [Double] {
    guard features > 0 else { return [Double](repeating: 0, count: places) }
    // Numbers without a pattern, so that no component is missing.
    var best = (0..<features).map {
      (Double($0 + 1) * 0.618_033_988_749_895).truncatingRemainder(dividingBy: 1) - 0.4
    }
    for _ in 0..<200 {
      var (basis, images) = ([[Double]](), [[Double]]())
      var next = scaled(best, by: 1 / length(best))
      while basis.count < min(Self.width, features) {
        basis.append(next)
        let image = spread(along: next)
        images.append(image)
        var rest = image
        for _ in 0..<2 {
          for direction in basis { subtract(direction, times: dot(rest, direction), from: &rest) }
        }
        guard length(rest) > 1e-13 * length(image), length(rest) > 0 else { break }
        next = scaled(rest, by: 1 / length(rest))
      }
      let shares = firstEigenvector(basis.map { row in images.map { dot(row, $0) } })
      best = combination(of: basis, shares)
      let image = combination(of: images, shares)
      let variance = dot(best, image)
      var residual = image
      subtract(best, times: variance, from: &residual)
      if variance <= 0 || length(residual) <= Self.tolerance * variance { break }
    }
    let result = projection(on: best)
    let farthest = result.max { abs($0) < abs($1) } ?? 0
    return farthest < 0 ? result.map { -$0 } : result
  }
}

/// The eigenvector of the largest eigenvalue of a small matrix that is symmetric and not negative: a column of a high power of it.
private func firstEigenvector(_ matrix: [[Double]]) -> [Double] {
  var power = matrix
  for _ in 0..<60 {
    let largest = power.joined().reduce(0) { max($0, abs($1)) }
    guard largest > 0 else { break }
    power = power.map { scaled($0, by: 1 / largest) }
    power = power.map { row in power.indices.map { column in dot(row, power[column]) } }
  }
  let row = power.max { length($0) < length($1) }!
  let norm = length(row)
  return norm > 0 ? scaled(row, by: 1 / norm) : row.indices.map { $0 == 0 ? 1 : 0 }
}

private func dot(_ a: [Double], _ b: [Double]) -> Double {
  var sum = 0.0
  for index in a.indices { sum += a[index] * b[index] }
  return sum
}

private func length(_ a: [Double]) -> Double { dot(a, a).squareRoot() }

private func scaled(_ a: [Double], by factor: Double) -> [Double] { a.map { $0 * factor } }

private func subtract(_ a: [Double], times factor: Double, from b: inout [Double]) {
  for index in b.indices { b[index] -= factor * a[index] }
}

private func combination(of vectors: [[Double]], _ shares: [Double]) -> [Double] {
  var sum = [Double](repeating: 0, count: vectors[0].count)
  for (vector, share) in zip(vectors, shares) { subtract(vector, times: -share, from: &sum) }
  return sum
}
