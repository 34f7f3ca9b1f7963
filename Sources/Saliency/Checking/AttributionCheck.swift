/// What a method promises about one attribution, and whether it is so.
public struct AttributionCheck: Sendable, Hashable {
  /// What was checked.
  public enum Kind: String, Sendable, Hashable {
    /// That the attributions add up to f(x) − f(baseline).
    case completeness
    /// That the attributions add up to f(x).
    case conservation
    /// That f rises along the gradient as fast as the gradient says.
    case slope
    /// Nothing: the method promises nothing that could be.
    case none
  }

  /// How it turned out.
  public enum Verdict: String, Sendable, Hashable {
    /// The difference is at most 1 %.
    case holds
    /// The difference is at most 10 %.
    case roughly
    /// The difference is larger.
    case fails
    /// There was nothing to be checked.
    case unchecked
  }

  /// What was checked.
  public let kind: Kind
  /// What the attributions say.
  public let claimed: Double
  /// What the network does.
  public let measured: Double
  /// Why nothing was checked; nil where something was.
  public let reason: String?

  /// The difference of both as a share of the larger magnitude; 0 where both are 0.
  public var error: Double {
    let scale = max(abs(claimed), abs(measured))
    return scale > 0 ? abs(claimed - measured) / scale : 0
  }

  /// How it turned out.
  public var verdict: Verdict {
    kind == .none ? .unchecked : error <= 0.01 ? .holds : error <= 0.1 ? .roughly : .fails
  }

  init(_ kind: Kind, claimed: Double, measured: Double) {
    (self.kind, self.claimed, self.measured, reason) = (kind, claimed, measured, nil)
  }

  /// A check that was not made.
  init(unchecked reason: String) {
    (kind, claimed, measured, self.reason) = (.none, 0, 0, reason)
  }

  /// One line about it.
  public var text: String {
    let (claim, measurement) = (Float(claimed).text, Float(measured).text)
    let facts: String
    switch kind {
    case .none: return "nothing to check: " + (reason ?? "")
    case .completeness:
      facts = "the attributions add up to \(claim), the score differs from the baseline's by \(measurement)"
    case .conservation: facts = "the attributions add up to \(claim), the score is \(measurement)"
    case .slope:
      facts = "along the gradient the score should rise by \(claim) per unit, and rises by \(measurement)"
    }
    return "\(facts) (\(Float(100 * error).text) % apart): \(conclusion)"
  }

  /// The verdict in words, with what can be done.
  private var conclusion: String {
    switch (verdict, kind) {
    case (.holds, _): "holds"
    case (.roughly, .completeness): "holds roughly; more steps may help"
    case (.fails, .completeness):
      "does not hold; take more steps, or another method where products or unusual operations stand in the way"
    case (.roughly, .conservation): "holds roughly; biases and ε keep the rest"
    case (.fails, .conservation): "does not hold; biases and ε keep the rest, or add to it"
    case (.roughly, _): "holds roughly; the score bends there"
    default: "does not hold; the score jumps or bends sharply there, and the gradient tells little"
    }
  }
}
