public import SaliencyCore

/// Holds a function's gradient against central differences, and the executor against the reference evaluator.
public struct GradientChecker {
  /// How far apart two ways to the same numbers lie; each is a relative error.
  public struct Report: Sendable {
    /// The executor's value against the reference value.
    public var value = 0.0
    /// The executor's gradients against the reference gradients.
    public var gradient = 0.0
    /// The reference gradients against central differences of the reference value.
    public var derivative = 0.0
    /// The executor's second derivatives against the reference second derivatives.
    public var secondGradient = 0.0
    /// The reference second derivatives against central differences of the reference gradients' squared norm.
    public var secondDerivative = 0.0
  }

  /// Half the distance between the two points of a central difference.
  private static let step = 1e-5
  private let executor: Executor

  /// A checker that runs graphs on `executor`.
  public init(_ executor: Executor) {
    self.executor = executor
  }

  /// Draws inputs and weights from `seed` and compares.
  public func check(_ function: CheckedFunction, seed: UInt64 = 1) async throws -> Report {
    var generator = SplitMix64(seed: seed)
    let builder = GraphBuilder()
    let arguments = function.arguments.enumerated().map { builder.input("\($0)", shape: $1.shape) }
    var inputs: [String: Tensor] = [:]
    for (index, argument) in function.arguments.enumerated() {
      inputs["\(index)"] = Tensor.random(argument.shape, in: argument.range, using: &generator)
    }
    let output = function.append(to: builder, arguments, &generator)
    let weights = builder.constant(.random(output.shape, using: &generator))
    var report = Report()

    let gradients = try Differentiation(of: output, seed: weights, withRespectTo: arguments).gradients
    (report.value, report.gradient) = try await compareExecutor(
      builder, [output], gradients, inputs, function.description)
    report.derivative = try compareDifferences(
      of: (output * weights).sum(), gradients, arguments, inputs, &generator)
    guard function.checksSecondDerivative else { return report }

    // ½y² + y for each y: the square keeps linear functions from having a second derivative of zero.
    let first = try Differentiation(
      of: output, seed: weights * (output + 1), withRespectTo: arguments
    ).gradients
    let squares = first.compactMap { $0 }.map { ($0 * $0).sum().reshaped(to: []) }
    guard let square = squares.first else { return report }
    let sum = squares.dropFirst().reduce(square, +)
    let second = try Differentiation(
      of: sum, seed: builder.constant(Tensor(1)), withRespectTo: arguments
    ).gradients
    (_, report.secondGradient) = try await compareExecutor(
      builder, [sum], second, inputs, function.description + ", second derivative")
    report.secondDerivative = try compareDifferences(of: sum, second, arguments, inputs, &generator)
    return report
  }

  private func compareExecutor(
    _ builder: GraphBuilder, _ values: [Value], _ gradients: [Value?], _ inputs: [String: Tensor],
    _ name: String
  ) async throws -> (value: Double, gradient: Double) {
    let graph = try builder.graph(outputs: values + gradients.compactMap { $0 })
    let plan = try await executor.compile(graph)
    let results = try await executor.run(plan, inputs)
    let expected = try ReferenceEvaluator.evaluate(graph, inputs.mapValues(ReferenceTensor.init))
    try ExportedCases.add(graph, inputs, expected, named: name)
    let errors = zip(results, expected).map { result, expected in
      result.shape == expected.shape
        ? relativeError(result.values.map(Double.init), expected.values) : .infinity
    }
    return (errors[..<values.count].max() ?? 0, errors[values.count...].max() ?? 0)
  }

  /// The largest difference between a gradient along a direction and the central difference along it, relative to the
  /// gradient's and the direction's length. Few elements are gone through one by one, many along random directions.
  private func compareDifferences(
    of scalar: Value, _ gradients: [Value?], _ arguments: [Value], _ inputs: [String: Tensor],
    _ generator: inout SplitMix64
  ) throws -> Double {
    let builder = scalar.builder
    let graph = try builder.graph(outputs: [scalar])
    let exact = inputs.mapValues(ReferenceTensor.init)
    let known = try ReferenceEvaluator.evaluate(
      try builder.graph(outputs: gradients.compactMap { $0 }), exact)
    var remaining = known[...]
    let expected = gradients.map { $0 == nil ? nil : remaining.removeFirst() }
    var worst = 0.0
    for (index, gradient) in expected.enumerated() {
      let count = arguments[index].shape.elementCount
      let gradient = gradient?.values ?? [Double](repeating: 0, count: count)
      let origin = exact["\(index)"]!.values
      for direction in directions(count: count, &generator) {
        func value(_ distance: Double) throws -> Double {
          var moved = exact
          moved["\(index)"]!.values = zip(origin, direction).map { $0 + distance * $1 }
          return try ReferenceEvaluator.evaluate(graph, moved)[0].values[0]
        }
        let difference = try (value(Self.step) - value(-Self.step)) / (2 * Self.step)
        let slope = zip(gradient, direction).reduce(0) { $0 + $1.0 * $1.1 }
        let scale = max(norm(gradient) * norm(direction), 1e-3)
        let error = abs(difference - slope) / scale
        worst = error.isNaN ? .infinity : max(worst, error)
      }
    }
    return worst
  }

  private func directions(count: Int, _ generator: inout SplitMix64) -> [[Double]] {
    if count <= 8 {
      return (0..<count).map { one in (0..<count).map { $0 == one ? 1 : 0 } }
    }
    return (0..<2).map { _ in (0..<count).map { _ in Bool.random(using: &generator) ? 1 : -1 } }
  }
}
