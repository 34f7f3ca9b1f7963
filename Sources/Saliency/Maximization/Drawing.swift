import SaliencyCore

/// A ``Parameterization`` of canvases of one shape, compiled.
struct Drawing {
  private let shape: Shape
  private let map: DifferentiableMap
  private let inverse: Plan
  private let executor: Executor

  private static let label = "canvas"

  init(_ parameterization: Parameterization, canvasShape: Shape, _ executor: Executor) async throws {
    shape = canvasShape
    self.executor = executor
    map = try await DifferentiableMap(of: canvasShape, on: executor) { parameters, _ in
      parameterization.canvas(of: parameters)
    }
    let builder = GraphBuilder()
    let canvas = builder.input(Self.label, shape: canvasShape)
    inverse = try await executor.compile(
      builder.graph(outputs: [parameterization.parameters(of: canvas)]).optimized())
  }

  func canvas(of parameters: [Double]) async throws -> Tensor { try await map(tensor(parameters)) }

  func parameters(of canvas: Tensor) async throws -> [Double] {
    try await executor.run(inverse, [Self.label: canvas])[0].values.map { Double($0) }
  }

  /// The gradient with respect to the parameters, from that with respect to the canvas.
  func pullback(of gradient: [Double], at parameters: [Double]) async throws -> [Double] {
    try await map.pullback(of: tensor(gradient), at: tensor(parameters)).values.map { Double($0) }
  }

  private func tensor(_ numbers: [Double]) -> Tensor {
    Tensor(shape: shape, values: numbers.map { Float($0) })
  }
}
