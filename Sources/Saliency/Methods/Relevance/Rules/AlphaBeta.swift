import SaliencyCore

extension RelevanceRule {
  /// The αβ-rule: Rᵢ = Σⱼ (α pᵢⱼ / Σᵢ pᵢⱼ − β nᵢⱼ / Σᵢ nᵢⱼ) Rⱼ, with p the terms xᵢ wᵢⱼ above 0 and n those below; the sums have their part of the bias
  /// (Bach et al., 2015).
  ///
  /// - Precondition: `beta` is not negative, and `alpha` is 1 more.
  public static func alphaBeta(_ alpha: Float = 2, _ beta: Float = 1) -> RelevanceRule {
    precondition(
      beta >= 0 && alpha - beta == 1, "`beta` must not be negative, and `alpha` must be `beta` + 1")
    return RelevanceRule("alpha-beta") { sum, relevance in
      func handedBack(_ terms: WeightedSum.Terms) -> Value {
        sum.contributions(terms, to: relevance.divided(by: sum.part(terms), stabilizer: stabilizer))
      }
      let positive = handedBack(.positive)
      return beta == 0 ? positive : alpha * positive - beta * handedBack(.negative)
    }
  }
}
