/// What a node computes: attributes only; the operands live on the node.
///
/// An operation is one file: its shape rule, its derivative and its lowering.
public protocol Operation: Sendable, Hashable {
  /// What the operation is, for methods that treat operations by their kind.
  var traits: OperationTraits { get }

  /// The shape of the result, or why the operands do not fit.
  func resultShape(of operands: [Shape]) throws(GraphError) -> Shape

  /// The gradient with respect to each operand, nil where it is zero or not needed, made of ordinary operations.
  ///
  /// A gradient may have the shape of the result where the operand was broadcast; the caller sums it down.
  func gradients(_ context: GradientContext) throws(GraphError) -> [Value?]

  /// The operation that does the same on operands whose axes stand in another order, axis `i` of this one's operands being
  /// axis `permutation[i]` of theirs; nil where there is none.
  func reordered(by permutation: [Int]) -> (any Operation)?

  /// The axis of the result along which the items of a batch lie where each depends on that item of the operands alone, in the
  /// same way; nil where items mix, or that is not known.
  ///
  /// - Parameters:
  ///   - operands: the operands, at least one of which has the items along an axis.
  ///   - result: the shape of the result.
  func batchAxis(of operands: [BatchOperand], in result: Shape) -> BatchAxis?

  /// For each operand and each of its axes the axis of the result that runs along it, place by place or window by window; nil where none does.
  ///
  /// - Parameters:
  ///   - operands: the shapes of the operands.
  ///   - result: the shape of the result.
  func followedAxes(of operands: [Shape], in result: Shape) -> [[Int?]]

  /// Appends the steps that compute the result and says where it lies.
  func lower(_ node: NodeLowering) throws -> Placement
}

extension Operation {
  /// The operation's name, that of its type.
  public static var name: String { String(describing: Self.self) }

  /// The operation's name, that of its type.
  public var name: String { Self.name }

  /// Nil: the order of the axes matters.
  public func reordered(by permutation: [Int]) -> (any Operation)? { nil }

  /// Nil: nothing is known.
  public func batchAxis(of operands: [BatchOperand], in result: Shape) -> BatchAxis? { nil }
}

/// What a derivative rule is told about the node that it differentiates.
public struct GradientContext {
  /// The operands of the node.
  public let inputs: [Value]
  /// The node's own value.
  public let output: Value
  /// The gradient of the explained scalar with respect to `output`, of the same shape.
  public let gradient: Value
  private let needed: [Bool]

  init(inputs: [Value], output: Value, gradient: Value, needed: [Bool]) {
    self.inputs = inputs
    self.output = output
    self.gradient = gradient
    self.needed = needed
  }

  /// The same node with another gradient that arrives at it, of the same shape.
  package func replacing(gradient: Value) -> GradientContext {
    GradientContext(inputs: inputs, output: output, gradient: gradient, needed: needed)
  }

  /// The same node with other operands and another value, of the same shapes.
  package func replacing(inputs: [Value], output: Value, gradient: Value) -> GradientContext {
    GradientContext(inputs: inputs, output: output, gradient: gradient, needed: needed)
  }

  /// Whether anyone asks for the gradient with respect to the operand at `index`.
  public func isNeeded(_ index: Int) -> Bool { needed[index] }

  /// `make()` where the gradient for the operand at `index` is needed, nil elsewhere.
  public func gradient(for index: Int, _ make: () -> Value) -> Value? {
    isNeeded(index) ? make() : nil
  }

  /// Throws where the gradient for an operand is needed although the operation has none for it.
  func requireConstant(_ index: Int, _ role: String) throws(GraphError) {
    if isNeeded(index) {
      throw GraphError(
        .notDifferentiable,
        "the \(role) depends on the input; only a constant \(role) can be differentiated through")
    }
  }
}
