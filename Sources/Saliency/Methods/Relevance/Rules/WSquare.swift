import SaliencyCore

extension RelevanceRule {
  /// The w²-rule for the first layer of inputs without bounds: Rᵢ = Σⱼ wᵢⱼ² / (Σᵢ wᵢⱼ² + bⱼ²) Rⱼ (Montavon et al., "Explaining NonLinear Classification Decisions
  /// with Deep Taylor Decomposition", 2017, with the bias as in zennit).
  ///
  /// The input itself has no part in it.
  public static let wSquare = RelevanceRule("w-square") { sum, relevance in
    let squares = sum.weights.squared()
    var total = sum.sum(of: sum.ones, weights: squares)
    if let bias = sum.bias { total = total + bias.squared() }
    return sum.handedBack(relevance.divided(by: total, stabilizer: stabilizer), through: squares)
  }
}
