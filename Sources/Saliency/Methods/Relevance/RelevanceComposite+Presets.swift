extension RelevanceComposite {
  /// The ε-rule everywhere; a normalization's shift has its share, as biases have.
  public static func epsilon(_ epsilon: Float = RelevanceRule.stabilizer) -> RelevanceComposite {
    var composite = RelevanceComposite("epsilon", [(.all, .epsilon(epsilon))])
    composite.stabilizer = epsilon
    composite.passesNormalizations = false
    return composite
  }

  /// The z⁺-rule for convolutions, the ε-rule for matrices.
  public static func epsilonPlus(epsilon: Float = RelevanceRule.stabilizer) -> RelevanceComposite {
    RelevanceComposite("epsilon-plus", [(.convolutions, .zPlus), (.dense, .epsilon(epsilon))])
  }

  /// The αβ-rule with α = 2 and β = 1 for convolutions, the ε-rule for matrices.
  public static func epsilonAlpha2Beta1(epsilon: Float = RelevanceRule.stabilizer) -> RelevanceComposite {
    RelevanceComposite(
      "epsilon-alpha2-beta1", [(.convolutions, .alphaBeta(2, 1)), (.dense, .epsilon(epsilon))])
  }

  /// ``epsilonPlus(epsilon:)`` with the flat rule for the first layer.
  public static func epsilonPlusFlat(epsilon: Float = RelevanceRule.stabilizer) -> RelevanceComposite {
    epsilonPlus(epsilon: epsilon).startingWith(.flat, name: "epsilon-plus-flat")
  }

  /// ``epsilonAlpha2Beta1(epsilon:)`` with the flat rule for the first layer.
  public static func epsilonAlpha2Beta1Flat(epsilon: Float = RelevanceRule.stabilizer) -> RelevanceComposite {
    epsilonAlpha2Beta1(epsilon: epsilon).startingWith(.flat, name: "epsilon-alpha2-beta1-flat")
  }

  /// ``epsilonPlus(epsilon:)`` with the z^B-rule for the first layer.
  public static func epsilonPlusBox(
    low: RelevanceBound = .ofInput, high: RelevanceBound = .ofInput, epsilon: Float = RelevanceRule.stabilizer
  ) -> RelevanceComposite {
    epsilonPlus(epsilon: epsilon).startingWith(.zBox(low: low, high: high), name: "epsilon-plus-box")
  }

  /// ``epsilonAlpha2Beta1(epsilon:)`` with the z^B-rule for the first layer.
  public static func epsilonAlpha2Beta1Box(
    low: RelevanceBound = .ofInput, high: RelevanceBound = .ofInput, epsilon: Float = RelevanceRule.stabilizer
  ) -> RelevanceComposite {
    epsilonAlpha2Beta1(epsilon: epsilon).startingWith(
      .zBox(low: low, high: high), name: "epsilon-alpha2-beta1-box")
  }

  /// The z^B-rule for the first convolution, the γ-rule for the others, the ε-rule for matrices.
  public static func epsilonGammaBox(
    low: RelevanceBound = .ofInput, high: RelevanceBound = .ofInput, gamma: Float = 0.25,
    epsilon: Float = RelevanceRule.stabilizer
  ) -> RelevanceComposite {
    RelevanceComposite(
      "epsilon-gamma-box",
      [
        (.first(of: .convolutions), .zBox(low: low, high: high)), (.convolutions, .gamma(gamma)),
        (.dense, .epsilon(epsilon)),
      ])
  }

  /// Excitation backprop: the z⁺-rule everywhere (Zhang et al., "Top-Down Neural Attention by Excitation Backprop", 2018).
  ///
  /// The paper starts with 1 where relevance starts with the score: its map is this one divided by the score.
  public static let excitationBackprop = RelevanceComposite("excitation-backprop", [(.all, .zPlus)])

  /// Deep Taylor decomposition: the z⁺-rule, and the z^B-rule for the first layer, without biases (Montavon et al., "Explaining NonLinear
  /// Classification Decisions with Deep Taylor Decomposition", 2017).
  public static func deepTaylor(
    low: RelevanceBound = .ofInput, high: RelevanceBound = .ofInput
  ) -> RelevanceComposite {
    RelevanceComposite("deep-taylor", [(.all, .zPlus.withoutBiases())])
      .startingWith(.zBox(low: low, high: high), name: "deep-taylor")
  }
}
