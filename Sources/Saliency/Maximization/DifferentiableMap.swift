import SaliencyCore

/// A formula between tensors and its derivative, compiled.
struct DifferentiableMap {
  /// The result of the formula, from what it is of and, where there are any, the points that say how.
  typealias Formula = (_ value: Value, _ points: Value?) throws -> Value

  private static let (value, points, gradient) = ("value", "points", "gradient")

  private let forward: Plan
  private let backward: Plan
  private let executor: Executor

  /// Compiles a formula.
  ///
  /// - Parameters:
  ///   - shape: the shape of what the formula is of.
  ///   - points: the shape of what it depends on as well, but is not differentiated with respect to; nil where there is nothing.
  init(of shape: Shape, points: Shape? = nil, on executor: Executor, _ formula: Formula) async throws {
    let builder = GraphBuilder()
    let value = builder.input(Self.value, shape: shape)
    let result = try formula(value, points.map { builder.input(Self.points, shape: $0) })
    forward = try await executor.compile(builder.graph(outputs: [result]).optimized())
    let seed = builder.input(Self.gradient, shape: result.shape)
    let gradient = try Differentiation(of: result, seed: seed, withRespectTo: [value]).gradients[0]
    backward = try await executor.compile(
      builder.graph(outputs: [gradient ?? value * 0]).optimized())
    self.executor = executor
  }

  /// The formula's result.
  func callAsFunction(_ value: Tensor, _ points: Tensor? = nil) async throws -> Tensor {
    try await executor.run(forward, tensors(value, points))[0]
  }

  /// The gradient with respect to the value, from the gradient with respect to the result.
  func pullback(of gradient: Tensor, at value: Tensor, _ points: Tensor? = nil) async throws -> Tensor {
    try await executor.run(
      backward, tensors(value, points).merging([Self.gradient: gradient]) { $1 })[0]
  }

  private func tensors(_ value: Tensor, _ points: Tensor?) -> [String: Tensor] {
    var tensors = [Self.value: value]
    tensors[Self.points] = points
    return tensors
  }
}
