import SaliencyCore

/// Regularisers of canvases of one shape, with their gradient.
struct Regularisation {
  private let regularisers: [Regulariser]
  /// The regularisers' values; nil where there are none.
  private let values: DifferentiableMap?

  init(_ regularisers: [Regulariser], canvasShape: Shape, _ executor: Executor) async throws {
    for regulariser in regularisers where !regulariser.weight.isFinite {
      throw SaliencyError(
        .invalidSetting,
        "the weight of regulariser '\(regulariser.name.printable())' is \(regulariser.weight); it has to be finite"
      )
    }
    self.regularisers = regularisers
    values =
      regularisers.isEmpty
      ? nil
      : try await DifferentiableMap(of: canvasShape, on: executor) { canvas, _ in
        try Self.values(regularisers, of: canvas)
      }
  }

  /// One number a regulariser.
  static func values(_ regularisers: [Regulariser], of canvas: Value) throws -> Value {
    let values = try regularisers.map { try $0.body(canvas).sum(keepsAxes: false).reshaped(to: [1]) }
    return values.count == 1 ? values[0] : canvas.builder.append(Concatenation(axis: 0), values)
  }

  /// The regularisers of a canvas, with the gradient of their weighted sum added to one.
  func terms(of canvas: Tensor, addingTo gradient: inout [Double]) async throws -> [MaximisationStep.Term] {
    guard let values else { return [] }
    let results = try await values(canvas)
    try results.requireFiniteResult("a regulariser", advice: "its formula has no finite value for this input")
    let weights = Tensor(shape: results.shape, values: regularisers.map(\.weight))
    for (element, slope) in try await values.pullback(of: weights, at: canvas).values.enumerated() {
      gradient[element] += Double(slope)
    }
    return zip(regularisers, results.values).map {
      MaximisationStep.Term(name: $0.name, weight: $0.weight, value: Double($1))
    }
  }
}
