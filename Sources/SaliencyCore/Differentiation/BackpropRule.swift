/// What stands in for the true derivative at the nodes that a rule matches.
///
/// Nodes of the graph are matched, not modules or calls: a rectifier is found whether it was fused, shared, in place or
/// functional.
public struct BackpropRule: Sendable {
  /// What the rule is called in reports.
  public let name: String
  private let body: @Sendable (any Operation, GradientContext) throws(GraphError) -> [Value?]?

  /// A rule from a closure that receives (operation, inputs, output, gradient) and returns one gradient an operand, nil
  /// for an operand that receives none, or nil instead of the list for a node that keeps its true derivative.
  public init(
    _ name: String,
    _ body:
      @escaping @Sendable (any Operation, _ inputs: [Value], _ output: Value, _ gradient: Value) -> [Value?]?
  ) {
    self.name = name
    self.body = { operation, context in body(operation, context.inputs, context.output, context.gradient) }
  }

  /// A rule from a closure that receives the operation with all that is known of its node.
  package init(
    _ name: String,
    ofContext body:
      @escaping @Sendable (any Operation, GradientContext) throws(GraphError) -> [Value?]?
  ) {
    self.name = name
    self.body = body
  }

  func gradients(of operation: any Operation, _ context: GradientContext) throws(GraphError) -> [Value?]? {
    try body(operation, context)
  }

  /// Guided backpropagation: at each rectifier the gradient passes where it is positive and the rectifier passes too
  /// (Springenberg et al., "Striving for Simplicity", 2015).
  public static let guided = BackpropRule("guided") { operation, inputs, output, gradient in
    guard let rectifier = operation as? Rectifier else { return nil }
    return [gradient.rectified().gated(by: output, above: 0, below: rectifier.ceiling ?? .infinity)]
  }

  /// Rectified backpropagation, or "deconvnet": at each rectifier the gradient passes where it is positive, whatever the
  /// forward value (Zeiler and Fergus, "Visualizing and Understanding Convolutional Networks", 2014).
  public static let rectified = BackpropRule("rectified") { operation, inputs, output, gradient in
    operation is Rectifier ? [gradient.rectified()] : nil
  }
}
