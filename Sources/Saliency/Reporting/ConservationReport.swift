/// What is told of how nearly an attribution adds up to what was explained.
public struct ConservationReport: Report {
  /// The sum of what was explained.
  public let explained: Double
  /// The sum of the attribution.
  public let attributed: Double
  /// The difference as a share of what was explained; nil where that is 0.
  public let error: Double?

  /// What is told of both sums.
  public init(_ conservation: Attribution.Conservation) {
    (explained, attributed, error) = (conservation.explained, conservation.attributed, conservation.error)
  }
}
