/// A tensor that is given when the graph runs.
public struct Input: Operation {
  /// The shape that is expected.
  public let shape: Shape
  /// What tells this input from others.
  public let label: String

  /// An input of a fixed shape.
  public init(shape: Shape, label: String) {
    self.shape = shape
    self.label = label
  }

  public var traits: OperationTraits { OperationTraits(relevance: .unknown) }

  public func resultShape(of operands: [Shape]) throws(GraphError) -> Shape {
    try expect(operands, count: 0)
    return shape
  }

  public func gradients(_ context: GradientContext) -> [Value?] { [] }

  public func lower(_ node: NodeLowering) throws -> Placement {
    try node.plan.placeInput(named: label, shape: shape)
  }
}
