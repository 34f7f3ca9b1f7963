public import SaliencyCore

/// DeepLIFT: like input × gradient, but relative to a baseline, and with Δy/Δx instead of the derivative of each activation (Shrikumar et
/// al., "Learning Important Features Through Propagating Activation Differences", 2017).
///
/// The attributions add up to f(x) − f(x′). That goes for products and quotients of two activations too, as in gates and attention: each counts
/// with the mean of the other's values at x and x′. Of several baselines x′ the attributions' mean is taken, which is DeepSHAP (Lundberg
/// and Lee, "A Unified Approach to Interpreting Model Predictions", 2017).
public struct DeepLIFT: GraphMethod {
  /// What stands for the derivative of an activation.
  public enum Rule: String, Sendable, CaseIterable {
    /// Δy/Δx.
    case rescale
    /// Where a weighted sum is what an activation is of, its terms above and below 0 apart: each has Δy⁺/Δx⁺ or Δy⁻/Δx⁻, where Δy⁺ is the mean of what the
    /// terms above 0 change before and after those below. Elsewhere Δy/Δx.
    case revealCancel = "reveal-cancel"
  }

  public var takesSeveralInputs: Bool { true }

  public let name: String
  /// The inputs that attributions are relative to.
  public let baselines: [Baseline]
  /// What stands for the derivative of an activation.
  public let rule: Rule

  /// - Parameters:
  ///   - baseline: the input that attributions are relative to; a mean of the input itself is not possible.
  ///   - rule: what stands for the derivative of an activation.
  public init(baseline: Baseline = .zeros, rule: Rule = .rescale) {
    (name, baselines, self.rule) = ("deeplift", [baseline], rule)
  }

  /// DeepSHAP: the mean over several baselines.
  ///
  /// - Precondition: there is at least one baseline.
  public init(baselines: [Baseline], rule: Rule = .rescale) {
    precondition(!baselines.isEmpty, "`baselines` must have at least one")
    (name, self.baselines, self.rule) = ("deep-shap", baselines, rule)
  }

  /// f(x) − f(x′), or less the mean over several x′.
  public var guarantee: AttributionGuarantee { .difference(from: baselines) }

  public var options: [MethodOption] {
    [
      name == "deeplift"
        ? .baseline(baselines[0])
        : .init("baselines", baselines.map(\.text).joined(separator: "/")),
      .init("rule", rule.rawValue),
    ]
  }

  public func attribution(_ context: MethodContext) throws -> Value {
    let revealing = rule == .revealCancel ? RevealCancel(context) : nil
    let maps = try baselines.map { baseline in
      let twin = try BaselineTwin(of: context, baseline: baseline)
      let rule = BackpropRule(name) { operation, node throws(GraphError) in
        if let revealed = try revealing?.gradients(of: operation, node, twin) { return revealed }
        if let shares = try Self.ofSeveralActivations(operation, node, twin) { return shares }
        return try Self.rescaled(operation, node, twin)
      }
      // What is linear all the way has its derivative.
      return try context.gradient(rule: rule, matching: nil)
        * context.attributionTarget.difference(to: twin.reference(of: context.attributionTarget))
    }
    let sum = maps.dropFirst().reduce(maps[0], +)
    return maps.count == 1 ? sum : sum / Float(maps.count)
  }

  /// Below this difference an activation has its derivative.
  static let smallest: Float = 1e-6

  private static func rescaled(
    _ operation: any Operation, _ context: GradientContext, _ twin: BaselineTwin
  ) throws(GraphError) -> [Value?]? {
    let (input, reference) = (context.inputs[0], twin.reference(of: context.inputs[0]))
    let outputReference = twin.reference(of: context.output)
    if operation is MaximumPooling {
      let largest = context.output.maximum(outputReference)
      let atInput = try operation.gradients(
        context.replacing(gradient: context.gradient * largest.difference(to: outputReference)))
      let atReference = try operation.gradients(
        context.replacing(
          inputs: [reference], output: outputReference,
          gradient: context.gradient * context.output.difference(to: largest)))
      guard let a = atInput[0], let b = atReference[0], let derivative = try operation.gradients(context)[0]
      else { return nil }
      return [(a + b).quotient(by: input.difference(to: reference), else: derivative)]
    }
    guard operation.traits.relevance == .whole, let derivative = try operation.gradients(context)[0]
    else { return nil }
    let rescaled = context.gradient * context.output.difference(to: outputReference)
    return [rescaled.quotient(by: input.difference(to: reference), else: derivative)]
  }
}

extension Value {
  /// This ÷ difference, and something else where the difference is next to nothing.
  func quotient(by difference: Value, else other: Value) -> Value {
    let isSmall = difference.magnitude().isLess(than: DeepLIFT.smallest)
    // Nothing comes through of what is not chosen, be it infinite or not a number.
    return other.gated(by: isSmall, above: 0.5)
      + (self / difference).gated(by: isSmall, above: -.infinity, below: 0.5)
  }

  /// What this is more than a reference; nothing where a mask of −∞ is in both.
  fileprivate func difference(to reference: Value) -> Value { bounded() - reference.bounded() }
}

extension DeepLIFT {
  private static let ruleOption = MethodEntry.Option(
    name: "rule", standard: Rule.rescale.rawValue,
    summary: "at activations: " + Rule.allCases.map(\.rawValue).joined(separator: ", "))

  static let entries: [MethodEntry] = [
    MethodEntry(
      "deeplift", "differences to a baseline, handed back by a rule; sums up to f(x) − f(baseline)",
      options: [.init(name: "baseline", standard: "zeros", summary: "zeros or a number"), ruleOption]
    ) { options throws(SaliencyError) in
      let baseline = try options.baseline()
      if baseline.dependsOnInput { throw options.invalid("baseline", "zeros or a number") }
      return Method(DeepLIFT(baseline: baseline, rule: try options.choice("rule", of: Rule.self)))
    },
    MethodEntry(
      "deep-shap", aliases: ["deep-lift-shap"], "the mean of DeepLIFT over several baselines",
      options: [.init(name: "baselines", standard: "0/1", summary: "numbers, as in 0/0.5/1"), ruleOption]
    ) { options throws(SaliencyError) in
      var baselines: [Baseline] = []
      for part in options.text("baselines").split(separator: "/", omittingEmptySubsequences: false) {
        guard let number = Float(part), number.isFinite, baselines.count < 64 else {
          throw options.invalid("baselines", "up to 64 numbers, as in 0/0.5/1")
        }
        baselines.append(.constant(number))
      }
      return Method(DeepLIFT(baselines: baselines, rule: try options.choice("rule", of: Rule.self)))
    },
  ]
}
