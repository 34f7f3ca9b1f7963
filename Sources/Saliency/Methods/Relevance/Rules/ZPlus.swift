extension RelevanceRule {
  /// The z⁺-rule: Rᵢ = Σⱼ pᵢⱼ / (Σᵢ pᵢⱼ + bⱼ⁺) Rⱼ, with p the terms xᵢ wᵢⱼ above 0 (Montavon et al., "Explaining NonLinear Classification Decisions with Deep
  /// Taylor Decomposition", 2017); the αβ-rule with α = 1 and β = 0.
  ///
  /// The paper has inputs above 0 alone; for others the products of an input and a weight that are both below 0 count too.
  public static let zPlus = RelevanceRule("z-plus") { sum, relevance in
    sum.contributions(.positive, to: relevance.divided(by: sum.part(.positive), stabilizer: stabilizer))
  }
}
