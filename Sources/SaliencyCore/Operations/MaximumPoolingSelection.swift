/// What stands in one tensor where another has the first maximum of each window: the adjoint of
/// `MaximumPoolingGradient`.
///
/// Operands: the tensor that is read and the tensor whose maxima decide, of the same shape.
public struct MaximumPoolingSelection: Operation {
  /// The window.
  public let window: PoolingWindow

  /// A selection by the maxima of a window.
  public init(_ window: PoolingWindow) {
    self.window = window
  }

  public var traits: OperationTraits { .movement() }

  public func resultShape(of operands: [Shape]) throws(GraphError) -> Shape {
    try expect(operands, count: 2)
    try require(
      operands[0] == operands[1], "\(operands[0].text) and \(operands[1].text) have to be of one shape")
    return try window.resultShape(of: operands[0])
  }

  public func gradients(_ context: GradientContext) -> [Value?] {
    [
      context.gradient(for: 0) {
        let pooled = context.inputs[1].applying(MaximumPooling(window))
        return context.gradient.applying(MaximumPoolingGradient(window), context.inputs[1], pooled)
      }, nil,
    ]
  }

  /// The first: the others belong to one item.
  public func batchAxis(of operands: [BatchOperand], in result: Shape) -> BatchAxis? { operands.leadingAxis }

  public func lower(_ node: NodeLowering) throws -> Placement {
    let rank = window.kernel.count
    // Three spatial axes always, missing ones of extent 1, keep the loop in one piece.
    func widen(_ values: some Sequence<Int>, _ filler: Int) -> [Int] {
      [Int](repeating: filler, count: 3 - rank) + values
    }
    let input = widen(node.operandShape(0)[2...], 1)
    let output = widen(node.shape[2...], 1)
    let kernel = widen(window.kernel, 1)
    let strides = widen(window.geometry.strides, 1)
    let dilations = widen(window.geometry.dilations, 1)
    let padding = widen(window.geometry.paddingBefore, 0)
    let planes = node.shape[0] * node.shape[1]
    return try node.emitPlain(name) { arguments in
      let (values, deciding, result) = (arguments.inputs[0], arguments.inputs[1], arguments.output)
      let (inputCount, outputCount) = (input.reduce(1, *), output.reduce(1, *))
      arguments.team.forEachChunk(of: planes * outputCount, grain: 1_024) { range in
        for index in range {
          let (plane, position) = index.quotientAndRemainder(dividingBy: outputCount)
          let corner = [
            position / (output[1] * output[2]), position / output[2] % output[1], position % output[2],
          ]
          var best: (value: Float, offset: Int)?
          for tap in 0..<kernel.reduce(1, *) {
            let taps = [tap / (kernel[1] * kernel[2]), tap / kernel[2] % kernel[1], tap % kernel[2]]
            let at = (0..<3).map { corner[$0] * strides[$0] - padding[$0] + taps[$0] * dilations[$0] }
            guard (0..<3).allSatisfy({ at[$0] >= 0 && at[$0] < input[$0] }) else { continue }
            let offset = plane * inputCount + (at[0] * input[1] + at[1]) * input[2] + at[2]
            if best == nil || deciding[offset] > best!.value { best = (deciding[offset], offset) }
          }
          result[index] = best.map { values[$0.offset] } ?? 0
        }
      }
    }
  }
}
