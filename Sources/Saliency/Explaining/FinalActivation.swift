import SaliencyCore

/// What stands at the end of a network.
struct FinalActivation {
  /// The output before the activation, in the output's shape; the output itself where there is none.
  private(set) var score: Value
  /// The output after it; nil where there is none.
  private(set) var probability: Value?
  /// What the activation is called, such as "Softmax".
  private(set) var name: String?

  /// Looks for a softmax or sigmoid, seen through changes of shape.
  init(of output: Value) {
    score = output
    // In the output's shape, so that a unit is the same before and after.
    func operand(of node: Node) -> Value {
      output.builder.value(at: node.operands[0]).reshaped(to: output.shape)
    }
    var node = output.node
    while node.operation is Reshape { node = output.builder.nodes[node.operands[0]] }
    switch node.operation {
    case is Softmax, is Sigmoid:
      score = operand(of: node)
      probability = output
      name = node.operation.name
    case is LogSoftmax:
      score = operand(of: node)
      probability = output.applying(Exponential())
      name = node.operation.name
    default: break
    }
  }
}
