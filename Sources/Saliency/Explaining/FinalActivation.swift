import SaliencyCore

/// What stands at the end of a network.
struct FinalActivation {
  /// The output before the activation, in the output's shape; the output itself where there is none.
  private(set) var score: Value
  /// The output after it; nil where there is none.
  private(set) var probability: Value?
  /// What the activation is called, such as "Softmax".
  private(set) var name: String?
  /// The axis of the output over which it adds up to 1; nil where it is none that does.
  private(set) var axis: Int?

  /// Looks for a softmax or sigmoid, seen through changes of shape and order, the choice of a part, and means.
  init(of output: Value) {
    score = output
    let builder = output.builder
    var movers: [Node] = []
    var node = output.node
    var isMean = false
    while true {
      if let mean = node.operation as? Reduction, mean.function == .mean {
        let extents = builder.nodes[node.operands[0]].shape
        isMean = isMean || mean.axes.contains { extents[$0] > 1 }
      } else if !node.operation.isMover {
        break
      }
      movers.append(node)
      node = builder.nodes[node.operands[0]]
    }
    // In the output's shape, so that a unit is the same before and after.
    func moved(_ value: Value) -> Value {
      movers.reversed().reduce(value) { $0.applying($1.operation) }
    }
    func moved(_ axis: Int) -> Int? {
      movers.reversed().reduce(axis as Int?) { axis, mover in
        axis.flatMap {
          mover.operation.followedAxes(of: [builder.nodes[mover.operands[0]].shape], in: mover.shape)[0][$0]
        }
      }
    }
    switch node.operation {
    case let softmax as Softmax:
      (score, probability) = (moved(builder.value(at: node.operands[0])), output)
      (name, axis) = (node.operation.name, moved(softmax.axis))
    case is Sigmoid:
      (score, probability) = (moved(builder.value(at: node.operands[0])), output)
      name = node.operation.name
    case let softmax as LogSoftmax:
      (score, probability) = (moved(builder.value(at: node.operands[0])), output.applying(Exponential()))
      (name, axis) = (node.operation.name, moved(softmax.axis))
    default:
      guard let softmax = SpelledOutSoftmax(node, builder) else { return }
      (score, probability) = (moved(softmax.score), output)
      (name, axis) = (Softmax.name, moved(softmax.axis))
    }
    // A mean of probabilities is one, but no activation of a mean of scores.
    if isMean { score = output }
  }
}

extension Operation {
  /// Whether each number of the result is one of the operand's.
  fileprivate var isMover: Bool {
    self is Reshape || self is Transpose || self is Slice || self is Gather
  }
}

/// A softmax that is written as a quotient: exp(x) / Σ exp(x), or with the largest x taken off before.
private struct SpelledOutSoftmax {
  let score: Value
  let axis: Int

  init?(_ node: Node, _ builder: GraphBuilder) {
    guard node.operation is Division else { return nil }
    let nodes = builder.nodes
    // Broadcast to each unit, and with axes put back; a maximum with a constant keeps it finite.
    func unmoved(_ index: Int) -> Int {
      var index = index
      while true {
        let node = nodes[index]
        if node.operation is Broadcast || node.operation is Reshape {
          index = node.operands[0]
        } else if node.operation is Maximum,
          let open = node.operands.first(where: { !(nodes[$0].operation is Constant) }),
          node.operands.contains(where: { nodes[$0].operation is Constant })
        {
          index = open
        } else {
          return index
        }
      }
    }
    let (exponential, sum) = (node.operands[0], unmoved(node.operands[1]))
    guard nodes[exponential].operation is Exponential, let reduction = nodes[sum].operation as? Reduction,
      reduction.function == .sum, reduction.axes.count == 1, nodes[sum].operands[0] == exponential
    else { return nil }
    axis = reduction.axes[0]
    var argument = nodes[exponential].operands[0]
    if nodes[argument].operation is Subtraction,
      let largest = nodes[unmoved(nodes[argument].operands[1])].operation as? ExtremeReduction,
      largest.axes == reduction.axes,
      nodes[unmoved(nodes[argument].operands[1])].operands[0] == nodes[argument].operands[0]
    {
      argument = nodes[argument].operands[0]
    }
    score = builder.value(at: argument)
    // What is divided by has one number for each unit's place.
    guard score.shape == node.shape,
      nodes[sum].shape.elementCount * node.shape[axis] == node.shape.elementCount
    else { return nil }
  }
}
