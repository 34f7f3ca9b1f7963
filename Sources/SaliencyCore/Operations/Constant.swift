/// A tensor that is part of the model.
public struct Constant: Operation {
  /// The tensor.
  public let tensor: Tensor

  /// A constant.
  public init(_ tensor: Tensor) {
    self.tensor = tensor
  }

  public var traits: OperationTraits { OperationTraits(relevance: .unknown) }

  public func resultShape(of operands: [Shape]) throws(GraphError) -> Shape {
    try expect(operands, count: 0)
    return tensor.shape
  }

  public func gradients(_ context: GradientContext) -> [Value?] { [] }

  public func lower(_ node: NodeLowering) throws -> Placement {
    try node.plan.placeConstant(tensor)
  }
}
