import SaliencyCore

extension RelevanceRule {
  /// The γ-rule, which favors the terms that have the sum's sign: with p the terms above 0, n those below, and p and n of the bias alike,
  /// Rᵢ = Σⱼ (xᵢ wᵢⱼ + γ pᵢⱼ) Rⱼ / (zⱼ + γ Σᵢ pᵢⱼ) where zⱼ > 0, and the same with n where zⱼ < 0 (Montavon et al., "Layer-Wise Relevance Propagation: An
  /// Overview", 2019, for inputs of any sign as in Andéol et al., "Learning Domain Invariant Representations", 2021).
  public static func gamma(_ gamma: Float = 0.25) -> RelevanceRule {
    precondition(gamma >= 0, "`gamma` must not be negative")
    return RelevanceRule("gamma") { sum, relevance in
      let total = sum.part(.all)
      func shares(_ isMeant: Value, _ terms: WeightedSum.Terms) -> Value {
        isMeant * relevance.divided(by: total + gamma * sum.part(terms), stabilizer: stabilizer)
      }
      let positive = shares(sum.output.isGreater(than: 0), .positive)
      let negative = shares(sum.output.isLess(than: 0), .negative)
      return sum.contributions(.all, to: positive + negative)
        + gamma * (sum.contributions(.positive, to: positive) + sum.contributions(.negative, to: negative))
    }
  }
}
