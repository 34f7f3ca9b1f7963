public import SaliencyCore

/// How alike two outputs are.
public enum Similarity: String, Sendable, CaseIterable, Codable {
  /// The cosine of the angle between them.
  case cosine
  /// The sum of their products.
  case dot
  /// Their negative distance, −‖a − b‖.
  case l2

  /// The similarity of each item of a value, items×…, to a reference of one item or of as many.
  func value(of value: Value, to reference: Value) -> Value {
    let axes = Array(value.shape.indices.dropFirst())
    func sum(_ value: Value) -> Value { value.sum(axes, keepsAxes: false) }
    switch self {
    case .dot: return sum(value * reference)
    case .cosine:
      return sum(value * reference) / (sum(value.squared()) * sum(reference.squared())).power(0.5)
    case .l2: return -sum((value - reference).squared()).power(0.5)
    }
  }
}

extension Loss {
  /// How alike the output, or a layer's activation, is to another one: what a network that gives embeddings is asked.
  ///
  /// - Parameters:
  ///   - reference: the other one, items×units and places behind them, of one item or as many as the input has; see ``Model/similarity(to:measure:layer:named:executor:)``.
  ///   - measure: how alike means.
  ///   - layer: the layer; the network's output before a final softmax or sigmoid where nil.
  ///   - name: what the reference is called in reports.
  public static func similarity(
    to reference: Tensor, measure: Similarity = .cosine, layer: LayerReference? = nil,
    named name: String = "a reference"
  ) -> Loss {
    let what =
      switch measure {
      case .cosine: "cosine similarity"
      case .dot: "dot product"
      case .l2: "negative distance"
      }
    var loss = Loss("\(what) \(measure == .dot ? "with" : "to") \(name)") { activations in
      let explained = try activations.explained(layer)
      let fits =
        explained.shape.dropFirst() == reference.shape.dropFirst()
        && [1, explained.shape[0]].contains(reference.shape[0])
      guard fits else {
        throw SaliencyError(
          .invalidInput,
          "what is compared has the shape \(explained.shape.text), but that of \(name.printable()) is \(reference.shape.text)"
        )
      }
      return measure.value(of: explained, to: activations.constant(reference))
    }
    if measure == .l2 {
      loss.corner = (
        0,
        "the distance to \(name.printable()) is 0, where no direction leads nearer and a distance has no slope; compare with another input, "
          + "or by the cosine or the dot product"
      )
    }
    return loss
  }
}

extension Model {
  /// The loss that says how alike the output for an input is to the output for another one.
  ///
  /// - Parameters:
  ///   - input: the other input.
  ///   - measure: how alike means.
  ///   - layer: the layer whose activations are compared; the network's output before a final softmax or sigmoid where nil.
  ///   - name: what the other input is called in reports.
  ///   - executor: where it runs; where nil, on `Executor.shared`.
  /// - Throws: what ``Explainer`` throws.
  public func similarity(
    to input: Tensor, measure: Similarity = .cosine, layer: LayerReference? = nil,
    named name: String = "a reference", executor: Executor? = nil
  ) async throws -> Loss {
    try input.requireFiniteInput()
    let executor = try executor ?? .shared
    let arranged = try ArrangedModel(self, inputShape: input.shape, layer: layer)
    let tensor = arranged.arrangement.arranged(input)
    try SaliencyError.naming(path) { try arranged.tokenInput(inputShape: input.shape)?.require(tensor) }
    let explanation = try ExplanationGraph(
      arranged, .init(subject: .units(of: layer, side: .score)), inputShape: tensor.shape)
    let results = try await executor.run(
      executor.compile(explanation.graph), [explanation.inputLabel: tensor])
    try results[explanation.scoresOutput!].requireFiniteResult("the output for \(name)")
    return .similarity(to: results[explanation.scoresOutput!], measure: measure, layer: layer, named: name)
  }
}
