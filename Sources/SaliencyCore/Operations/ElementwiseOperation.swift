/// An operation on each element of one operand.
public protocol ElementwiseOperation: Operation {
  /// How the executor computes it.
  var lowering: ElementwiseLowering { get }

  /// The gradient with respect to the operand.
  func gradient(_ context: GradientContext) -> Value?
}

/// How the executor computes an elementwise operation.
public struct ElementwiseLowering: Sendable {
  enum Kind: Sendable {
    case primitive(ElementwiseFunction)
    case vector([VectorStep])
    case function(@Sendable (Float) -> Float)
  }

  let kind: Kind

  static func primitive(_ function: ElementwiseFunction) -> Self { Self(kind: .primitive(function)) }
  /// Steps of the vector kernels, one after the other.
  static func vector(_ steps: VectorStep...) -> Self { Self(kind: .vector(steps)) }
  static func function(_ body: @escaping @Sendable (Float) -> Float) -> Self { Self(kind: .function(body)) }
}

extension ElementwiseOperation {
  /// The shape of the operand.
  public func resultShape(of operands: [Shape]) throws(GraphError) -> Shape {
    try expect(operands, count: 1)
    return operands[0]
  }

  /// The gradient with respect to the one operand.
  public func gradients(_ context: GradientContext) -> [Value?] { [gradient(context)] }

  /// Itself: elements are alike.
  public func reordered(by permutation: [Int]) -> (any Operation)? { self }

  /// Where the operands have their items: elements meet their like.
  public func batchAxis(of operands: [BatchOperand], in result: Shape) -> BatchAxis? {
    operands.alignedAxis(in: result)
  }

  /// A kernel of our own in whatever layout the operand has, or a primitive where that has gaps.
  public func lower(_ node: NodeLowering) throws -> Placement {
    guard node.shape.elementCount > 0 else { return node.operand(0) }
    let source = node.operand(0)
    if let form = vectorForm, LayoutWalk(source.layout) != nil {
      return try ElementwiseProgram(form).lower(node, label: "elementwise \(name)")
    }
    switch lowering.kind {
    case .primitive(let function): return try node.elementwise(function, of: source)
    case .vector(let steps):
      return try ElementwiseProgram(VectorForm(steps: steps, order: [0])).lower(node, label: name)
    case .function(let body):
      let single = try node.plan.converted(node.operand(0), to: .single)
      let source = single.layout.isDense ? single : try node.plainOperand(0)
      let result = node.plan.allocate(source.layout)
      let count = node.shape.elementCount
      try node.plan.emit(name, reads: [source], writes: result) { arguments in
        let (input, output) = (arguments.inputs[0], arguments.output)
        arguments.team.forEachChunk(of: count) { for index in $0 { output[index] = body(input[index]) } }
      }
      return result
    }
  }
}
