/// What stands for a value of a model that cannot be computed, so that a graph may be about everything else.
///
/// It may be part of a graph as long as nobody asks for it: whatever is computed from it fails with the reason.
struct Unavailable: Operation {
  /// What is missing: a clause.
  let message: String

  var error: GraphError { GraphError(.unavailable, message) }

  var traits: OperationTraits { OperationTraits(relevance: .unknown) }

  /// One unit of one item, whatever the model gives.
  func resultShape(of operands: [Shape]) -> Shape { [1, 1] }

  func gradients(_ context: GradientContext) throws(GraphError) -> [Value?] { throw error }

  func lower(_ node: NodeLowering) throws -> Placement { throw error }
}

extension GraphBuilder {
  /// Appends what stands for a value that cannot be computed from `operands`.
  package func unavailable(_ message: String, _ operands: [Value]) -> Value {
    append(Unavailable(message: message), operands, name: "")
  }
}
