import SaliencyCore

/// How relevance goes back through each node of a network.
struct RelevanceFlow: Sendable {
  private let composite: RelevanceComposite
  private let sums: [Int: (site: WeightedSumSite, rule: RelevanceRule)]
  /// The scales and shifts that weighted sums took in.
  private let takenIn: Set<Int>

  init(_ composite: RelevanceComposite, sites: [(site: WeightedSumSite, rule: RelevanceRule)]) {
    self.composite = composite
    sums = Dictionary(uniqueKeysWithValues: sites.map { ($0.site.node, $0) })
    takenIn = sites.reduce(into: []) { $0.formUnion($1.site.takenIn) }
  }

  /// The relevance of each operand; nil where that is the derivative's way, as for what moves elements and for maxima.
  ///
  /// - Throws: `GraphError` where no rule is known for the operation.
  func gradients(
    of operation: any Operation, _ context: GradientContext
  ) throws(GraphError) -> [Value?]? {
    let (inputs, relevance) = (context.inputs, context.gradient)
    let isConstant = inputs.map(\.isConstant)
    if let (site, rule) = sums[context.output.index] {
      let sum = WeightedSum(site, operation, context, keepsBias: !rule.ignoresBias)
      let result = rule.relevance(sum, relevance)
      return inputs.indices.map { $0 == site.inputPosition ? result : nil }
    }
    if takenIn.contains(context.output.index) { return isConstant.map { $0 ? nil : relevance } }
    switch operation.traits.relevance {
    case .terms where operation is Addition && composite.passesNormalizations && context.isShiftOfScale:
      return isConstant.map { $0 ? nil : relevance }
    case .terms: return try context.shared(operation, epsilon: composite.stabilizer)
    case .termsOfFirst:
      let shares = try context.shared(operation, epsilon: composite.stabilizer)
      return shares.indices.map { $0 == 0 ? shares[0] : nil }
    case .productTerms:
      return try context.shared(
        operation, epsilon: composite.stabilizer, factor: isConstant.contains(true) ? 1 : 0.5)
    case .factors:
      if let constant = isConstant.firstIndex(of: true) {
        return constant == 0 ? [nil, relevance] : [relevance, nil]
      }
      if inputs[1].isComputed(from: inputs[0]) { return [relevance, nil] }
      if inputs[0].isComputed(from: inputs[1]) { return [nil, relevance] }
      return [relevance * 0.5, relevance * 0.5]
    case .first: return isConstant[0] ? [nil, relevance] : [relevance, nil]
    case .softmax(let axis):
      let total = relevance.sum([axis])
      // What a mask left out has nothing of it: −∞ times nothing is no number.
      return [(inputs[0] * (relevance - context.output * total)).gated(by: context.output, above: 0)]
    case .whole: return [relevance]
    case .derivative: return nil
    case .unknown:
      throw GraphError(
        .notDifferentiable,
        "no rule says how relevance goes back through it; use a method of gradients, or explain what comes before it"
      )
    }
  }
}

extension GradientContext {
  /// Relevance by shares: each operand times the gradient of relevance ÷ (value ± ε).
  fileprivate func shared(
    _ operation: any Operation, epsilon: Float, factor: Float = 1
  ) throws(GraphError) -> [Value?] {
    let quotient = gradient.divided(by: output, stabilizer: epsilon)
    let gradients = try operation.gradients(replacing(gradient: factor == 1 ? quotient : quotient * factor))
    return zip(inputs, gradients).map { input, gradient in gradient.map { input.bounded() * $0 } }
  }

  /// Whether this adds constants to what was multiplied with constants, as batch normalization does; not where that was divided by
  /// its own deviation before, as in layer normalization, whose shift has a share.
  fileprivate var isShiftOfScale: Bool {
    let builder = output.builder
    guard inputs.contains(where: \.isConstant), let product = inputs.first(where: { !$0.isConstant }),
      product.node.operation is Multiplication
    else { return false }
    let factors = product.node.operands.map(builder.value(at:))
    guard var scaled = factors.first(where: { !$0.isConstant }), factors.contains(where: \.isConstant) else {
      return false
    }
    while scaled.node.operation is Reshape { scaled = builder.value(at: scaled.node.operands[0]) }
    let isQuotient = scaled.node.operation is Division || scaled.node.operation is Multiplication
    return !isQuotient || scaled.node.operands.contains { builder.value(at: $0).isConstant }
  }
}

extension Value {
  /// Whether this is the mean of a value over some axes.
  fileprivate func isMean(of value: Value) -> Bool {
    (node.operation as? Reduction)?.function == .mean && node.operands == [value.index]
  }

  /// Whether this depends on a value, or on what that is a multiple of, alone, through operations on elements and over axes: as the factor
  /// of an activation or a normalization does.
  fileprivate func isComputed(from value: Value) -> Bool {
    let ends = value.multiples
    var (waiting, seen) = ([index], Set<Int>())
    while let index = waiting.popLast() {
      let node = builder.nodes[index]
      if ends.contains(index) || builder.value(at: index).isConstant || !seen.insert(index).inserted {
        continue
      }
      let properties = node.operation.traits.properties
      guard !properties.isDisjoint(with: [.elementwise, .overAxes]) else { return false }
      waiting += node.operands
      // The formulas of activations are short; what is longer is a network.
      if seen.count > 32 { return false }
    }
    return true
  }

  /// The value, and those that it is made of by scaling and by taking a mean away.
  private var multiples: Set<Int> {
    var (multiples, index): (Set<Int>, Int) = ([self.index], self.index)
    while true {
      let node = builder.nodes[index]
      let operands = node.operands.map(builder.value(at:))
      let dynamic: Value?
      switch node.operation {
      case let affine as Affine where affine.offset == 0: dynamic = operands[0]
      case is Multiplication:
        dynamic = operands.contains(where: \.isConstant) ? operands.first { !$0.isConstant } : nil
      case is Division: dynamic = operands[1].isConstant ? operands[0] : nil
      case is Subtraction: dynamic = operands[1].isMean(of: operands[0]) ? operands[0] : nil
      default: dynamic = nil
      }
      guard let dynamic else { return multiples }
      index = dynamic.index
      multiples.insert(index)
    }
  }
}
