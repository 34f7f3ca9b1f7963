public import SaliencyCore

/// Layer-wise relevance propagation: the score is handed back from layer to layer, to each operand in the share that a rule gives it (Bach et
/// al., "On Pixel-Wise Explanations for Non-Linear Classifier Decisions", 2015).
///
/// Convolutions and products with weights follow the rules of a ``RelevanceComposite``, and batch normalization beside one is merged into it. Everywhere
/// else relevance R goes where it comes from:
///
/// - Sums without weights (additions, means, average poolings, products with each other) share it by xᵢ R / (z ± ε). Scales and shifts that stand
///   alone do too, unless the composite lets them pass it on.
/// - Activations pass relevance on as it is, also those of several operations such as SiLU and GELU: a product goes to the factor that the
///   other one is computed from. So do normalizations by a deviation or norm, which are divisions by a constant for it; that of a layer shares
///   by terms at its mean and shift, as AttnLRP's authors have it (Achtibat et al., "AttnLRP", 2024).
/// - Maxima give it to the winner, concatenations and everything that moves elements to where they came from.
/// - Any other product of two activations, such as a gate, gives half to each. A product of matrices shares half by x y R / (z ± ε) among the elements of
///   each, and a softmax s of x gives xᵢ (Rᵢ − sᵢ Σⱼ Rⱼ), so that attention follows AttnLRP. Of a quotient the numerator has all.
///
/// Up to what biases and ε keep, the relevances add up to the score: ``Attribution/conservation(item:)`` says how nearly.
public struct LayerwiseRelevance: GraphMethod {
  public var takesSeveralInputs: Bool { true }

  public let name: String
  /// Which rule is for which layer.
  public let composite: RelevanceComposite
  /// Those that a composite by name was made with; none of a composite of the user's own.
  public let options: [MethodOption]

  /// The method with the rules of a composite.
  public init(_ composite: RelevanceComposite) {
    self.init(composite, name: composite.name == "epsilon" ? "lrp" : "lrp-" + composite.name)
  }

  /// The ε-rule everywhere; 0 is LRP-0.
  ///
  /// - Precondition: `epsilon` is not negative.
  public init(epsilon: Float = RelevanceRule.stabilizer) { self.init(.epsilon(epsilon)) }

  init(_ composite: RelevanceComposite, name: String, options: [MethodOption] = []) {
    (self.composite, self.name, self.options) = (composite, name, options)
  }

  /// The score, but for what biases and ε keep.
  public var guarantee: AttributionGuarantee { .output }

  public func attribution(_ context: MethodContext) throws -> Value {
    let path = context.explained.path(from: context.attributionTarget)
    let sites = WeightedSumSearch(context, path: path).sites()
    let rules = try composite.rules(for: sites, in: context.network.graph.nodes)
    let flow = RelevanceFlow(
      composite, sites: sites.map { ($0, rules[$0.node] ?? .epsilon(composite.stabilizer)) })
    return try context.relevance(rule: BackpropRule(name, ofContext: flow.gradients))
  }
}

extension LayerwiseRelevance {
  /// The ready-made composites by name.
  enum Preset: String, CaseIterable, Sendable {
    case epsilon
    case epsilonPlus = "epsilon-plus"
    case epsilonAlpha2Beta1 = "epsilon-alpha2-beta1"
    case epsilonPlusFlat = "epsilon-plus-flat"
    case epsilonAlpha2Beta1Flat = "epsilon-alpha2-beta1-flat"
    case epsilonPlusBox = "epsilon-plus-box"
    case epsilonAlpha2Beta1Box = "epsilon-alpha2-beta1-box"
    case epsilonGammaBox = "epsilon-gamma-box"
    case excitationBackprop = "excitation-backprop"
    case deepTaylor = "deep-taylor"

    func composite(_ options: MethodOptions) throws(SaliencyError) -> RelevanceComposite {
      let epsilon = try options.number("epsilon", in: 0...1_000)
      let gamma = try options.number("gamma", in: 0...1_000)
      let (low, high) = (try options.bound("low"), try options.bound("high"))
      return switch self {
      case .epsilon: .epsilon(epsilon)
      case .epsilonPlus: .epsilonPlus(epsilon: epsilon)
      case .epsilonAlpha2Beta1: .epsilonAlpha2Beta1(epsilon: epsilon)
      case .epsilonPlusFlat: .epsilonPlusFlat(epsilon: epsilon)
      case .epsilonAlpha2Beta1Flat: .epsilonAlpha2Beta1Flat(epsilon: epsilon)
      case .epsilonPlusBox: .epsilonPlusBox(low: low, high: high, epsilon: epsilon)
      case .epsilonAlpha2Beta1Box: .epsilonAlpha2Beta1Box(low: low, high: high, epsilon: epsilon)
      case .epsilonGammaBox: .epsilonGammaBox(low: low, high: high, gamma: gamma, epsilon: epsilon)
      case .excitationBackprop: .excitationBackprop
      case .deepTaylor: .deepTaylor(low: low, high: high)
      }
    }
  }

  private static let box = [
    MethodEntry.Option(
      name: "low", standard: "input",
      summary: "the box's lower end: a number, one a channel as in -1/-2/-1, or input"),
    MethodEntry.Option(name: "high", standard: "input", summary: "the box's upper end"),
  ]

  static let entries: [MethodEntry] = [
    MethodEntry(
      "lrp", aliases: ["layer-wise-relevance-propagation"],
      "layer-wise relevance propagation: the score, handed back from layer to layer by rules",
      options: [
        .init(
          name: "composite", standard: Preset.epsilon.rawValue,
          summary: Preset.allCases.map(\.rawValue).joined(separator: ", ")),
        .init(name: "epsilon", standard: "1e-6", summary: "ε of the ε-rule; 0 is LRP-0"),
        .init(name: "gamma", standard: "0.25", summary: "γ of the γ-rule"),
      ] + box + [.init(name: "biases", standard: "keep", summary: "keep or ignore")]
    ) { options throws(SaliencyError) in
      var composite = try options.choice("composite", of: Preset.self).composite(options)
      switch options.word("biases") {
      case "keep": break
      case "ignore": composite = composite.withoutBiases()
      default: throw options.invalid("biases", "keep or ignore")
      }
      return Method(LayerwiseRelevance(composite, name: "lrp", options: options.all))
    },
    MethodEntry("excitation-backprop", "LRP with the z⁺-rule everywhere: what speaks for the target") { _ in
      Method(LayerwiseRelevance(.excitationBackprop, name: "excitation-backprop"))
    },
    MethodEntry(
      "deep-taylor", "deep Taylor decomposition: LRP with the z⁺-rule, and the z^B-rule at the input",
      options: box
    ) { options throws(SaliencyError) in
      Method(
        LayerwiseRelevance(
          .deepTaylor(low: try options.bound("low"), high: try options.bound("high")), name: "deep-taylor",
          options: options.all))
    },
  ]
}

extension MethodOptions {
  /// A bound of the box.
  fileprivate func bound(_ name: String) throws(SaliencyError) -> RelevanceBound {
    let parts = word(name).split(separator: "/", omittingEmptySubsequences: false)
    if parts == ["input"] { return .ofInput }
    var numbers: [Float] = []
    for part in parts {
      guard let number = Float(part), number.isFinite else {
        throw invalid(name, "input, a number, or a number for each channel as in -1/-2/-1")
      }
      numbers.append(number)
    }
    return numbers.count == 1 ? .number(numbers[0]) : .channels(numbers)
  }
}
