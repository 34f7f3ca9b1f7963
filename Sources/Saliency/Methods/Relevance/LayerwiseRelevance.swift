public import SaliencyCore

/// Layer-wise relevance propagation with the ε-rule: the score is handed back from layer to layer, to each operand in the share that it
/// had in the sum (Bach et al., "On Pixel-Wise Explanations for Non-Linear Classifier Decisions", 2015).
///
/// - Weighted sums (convolutions, matrix products, additions, means) share relevance R by xᵢ wᵢⱼ / (zⱼ ± ε) Rⱼ; biases keep theirs.
///   Batch normalisation, a scale and a shift, is such a sum.
/// - Activations pass relevance on as it is, maxima to the winner.
/// - A product of two activations gives half to each, the products and softmax of attention follow AttnLRP (Achtibat et al., "AttnLRP",
///   2024), and of a quotient the numerator has all.
///
/// Up to what biases and ε keep, the relevances add up to the score.
public struct LayerwiseRelevance: GraphMethod {
  public let name = "lrp"
  /// What keeps quotients finite; 0 is LRP-0.
  public let epsilon: Float

  /// - Precondition: `epsilon` is not negative.
  public init(epsilon: Float = 1e-6) {
    precondition(epsilon >= 0, "ε is not negative.")
    self.epsilon = epsilon
  }

  public func attribution(_ context: MethodContext) throws -> Value {
    let rule = rule(inside: Self.nodesInsideSums(of: context.network.graph))
    return try context.gradient(rule: rule, seed: context.seed * context.explained)
  }

  /// What keeps quotients finite in the middle of a sum, whose end has ε.
  private static let least: Float = 1e-12

  /// The nodes that are a part of a longer sum: those that are only scaled or shifted by constants. A convolution, its bias and batch
  /// normalisation are one sum, in which ε counts once.
  private static func nodesInsideSums(of graph: Graph) -> Set<Int> {
    var users = [[Int]](repeating: [], count: graph.nodes.count)
    for (index, node) in graph.nodes.enumerated() {
      for operand in node.operands { users[operand].append(index) }
    }
    func isConstant(_ index: Int) -> Bool { graph.nodes[index].operation is Constant }
    return Set(
      graph.nodes.indices.filter { index in
        guard users[index].count == 1 else { return false }
        let user = graph.nodes[users[index][0]]
        switch user.operation {
        case is Affine: return true
        case is Addition, is Subtraction, is Multiplication:
          return user.operands.contains(where: isConstant)
        default: return false
        }
      })
  }

  private func rule(inside: Set<Int>) -> BackpropRule {
    let given = epsilon
    return BackpropRule(name) { operation, context throws(GraphError) in
      let epsilon = inside.contains(context.output.index) ? Self.least : given
      let isShared = context.inputs.filter { !$0.isConstant }.count > 1
      switch operation {
      case is Convolution, is TransposedConvolution, is Addition, is Subtraction, is AveragePooling,
        is Reduction,
        is Affine:
        return try context.shared(operation, epsilon: epsilon)
      case is MatrixProduct:
        return try context.shared(operation, epsilon: epsilon, factor: isShared ? 0.5 : 1)
      case is Multiplication:
        return context.inputs.map {
          $0.isConstant ? nil : isShared ? context.gradient * 0.5 : context.gradient
        }
      case is Division: return [context.gradient, nil]
      case let softmax as Softmax:
        let total = context.gradient.sum([softmax.axis])
        return [context.inputs[0] * (context.gradient - context.output * total)]
      case is any ElementwiseOperation: return [context.gradient]
      default: return nil
      }
    }
  }

  static let entry = MethodEntry(
    "lrp", "layer-wise relevance propagation: the score, handed back from layer to layer by the ε-rule",
    options: [.init(name: "epsilon", standard: "1e-6", summary: "what keeps quotients finite; 0 is LRP-0")]
  ) { options throws(SaliencyError) in
    Method(LayerwiseRelevance(epsilon: try options.number("epsilon", in: 0...1_000)))
  }
}

extension GradientContext {
  /// Relevance by shares: each operand times the gradient of relevance ÷ (value ± ε).
  fileprivate func shared(
    _ operation: any Operation, epsilon: Float, factor: Float = 1
  ) throws(GraphError) -> [Value?] {
    let sign = 2 * (1 - output.isLess(than: 0)) - 1
    let quotient = gradient / (output + epsilon * sign)
    let gradients = try operation.gradients(replacing(gradient: factor == 1 ? quotient : quotient * factor))
    return zip(inputs, gradients).map { input, gradient in gradient.map { input * $0 } }
  }
}
