import SaliencyCore

extension RelevanceRule {
  /// The ε-rule: Rᵢ = Σⱼ xᵢ wᵢⱼ Rⱼ / (zⱼ ± ε), the sign being that of zⱼ (Bach et al., "On Pixel-Wise Explanations for Non-Linear Classifier
  /// Decisions", 2015).
  ///
  /// ε takes a part of the relevance, the more the smaller the sum is, and so does the bias. Without biases the sum as it is without them divides.
  public static func epsilon(_ epsilon: Float = stabilizer) -> RelevanceRule {
    precondition(epsilon >= 0, "`epsilon` must not be negative")
    return RelevanceRule("epsilon") { sum, relevance in
      sum.contributions(.all, to: relevance.divided(by: sum.part(.all), stabilizer: epsilon))
    }
  }

  /// LRP-0: the ε-rule without ε. Where a sum is 0 its relevance is lost.
  public static let zero = RelevanceRule("zero") { sum, relevance in
    sum.contributions(.all, to: relevance.divided(by: sum.part(.all), stabilizer: 0))
  }
}
