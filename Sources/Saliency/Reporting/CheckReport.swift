/// What is told of a check.
public struct CheckReport: Report {
  /// What was checked: completeness, conservation, slope or none.
  public let kind: String
  /// What the attributions say.
  public let claimed: Double
  /// What the network does.
  public let measured: Double
  /// The difference as a share of the larger one.
  public let error: Double
  /// How it turned out: holds, roughly, fails or unchecked.
  public let verdict: String
  /// One line about it.
  public let text: String

  /// What is told of a check.
  public init(_ check: AttributionCheck) {
    (kind, claimed, measured) = (check.kind.rawValue, check.claimed, check.measured)
    (error, verdict, text) = (check.error, check.verdict.rawValue, check.text)
  }
}
