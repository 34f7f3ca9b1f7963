import SaliencyCore

/// Regularizers of canvases of one shape, with their gradient.
struct Regularization {
  private let regularizers: [Regularizer]
  /// The regularizers' values; nil where there are none.
  private let values: DifferentiableMap?

  init(_ regularizers: [Regularizer], canvasShape: Shape, _ executor: Executor) async throws {
    for regularizer in regularizers where !regularizer.weight.isFinite {
      throw SaliencyError(
        .invalidSetting,
        "the weight of regularizer '\(regularizer.name.printable())' is \(regularizer.weight); it has to be finite"
      )
    }
    self.regularizers = regularizers
    values =
      regularizers.isEmpty
      ? nil
      : try await DifferentiableMap(of: canvasShape, on: executor) { canvas, _ in
        try Self.values(regularizers, of: canvas)
      }
  }

  /// One number a regularizer.
  static func values(_ regularizers: [Regularizer], of canvas: Value) throws -> Value {
    let values = try regularizers.map { try $0.body(canvas).sum(keepsAxes: false).reshaped(to: [1]) }
    return values.count == 1 ? values[0] : canvas.builder.append(Concatenation(axis: 0), values)
  }

  /// The regularizers of a canvas, with the gradient of their weighted sum added to one.
  func terms(of canvas: Tensor, addingTo gradient: inout [Double]) async throws -> [MaximizationStep.Term] {
    guard let values else { return [] }
    let results = try await values(canvas)
    try results.requireFiniteResult("a regularizer", advice: "its formula has no finite value for this input")
    let weights = Tensor(shape: results.shape, values: regularizers.map(\.weight))
    for (element, slope) in try await values.pullback(of: weights, at: canvas).values.enumerated() {
      gradient[element] += Double(slope)
    }
    return zip(regularizers, results.values).map {
      MaximizationStep.Term(name: $0.name, weight: $0.weight, value: Double($1))
    }
  }
}
