/// A number that says how good an explanation is.
///
/// A metric is a value with its parameters; an ``Evaluator`` hands it explanations.
public protocol ExplanationMetric: Sendable {
  /// What the metric is called in tables.
  var name: String { get }
  /// Which numbers speak for an explanation.
  var preference: MetricPreference { get }
  /// What the axis of the metric's curve is; nil where there is none, or it is not worth drawing.
  var curveLabel: String? { get }
  /// What inputs the metric has a number for.
  var scope: MetricScope { get }
  /// Whether inputs that it makes of numbers of tokens are such numbers again.
  var fitsTokens: Bool { get }
  /// The number for an explanation; nil where there is none, such as for want of a mask.
  ///
  /// - Throws: `SaliencyError` where the metric is not for inputs of that kind, and what running the network throws.
  func value(of explanation: EvaluatedExplanation) async throws -> MetricValue?
}

extension ExplanationMetric {
  /// None.
  public var curveLabel: String? { nil }
  /// All inputs.
  public var scope: MetricScope { .inputs }
  /// They are.
  public var fitsTokens: Bool { true }
}

/// What inputs a metric has a number for.
public enum MetricScope: Sendable, Hashable {
  /// All.
  case inputs
  /// Images.
  case images
  /// Those of which a mask says where the explained thing is.
  case masks
}

/// Which numbers of a metric speak for an explanation.
public enum MetricPreference: String, Sendable, Hashable {
  /// Large ones.
  case higher
  /// Small ones.
  case lower
  /// Neither; the number describes.
  case none
}

/// What a metric gives for one explanation.
public struct MetricValue: Sendable, Hashable {
  /// A point of a curve.
  public struct Point: Sendable, Hashable {
    /// How far along, 0 to 1.
    public let share: Double
    /// What was found there.
    public let value: Double
  }

  /// The number.
  public let value: Double
  /// The curve that it summarizes; empty where there is none.
  public let curve: [Point]

  /// A number, and the curve that it summarizes.
  public init(_ value: Double, curve: [Point] = []) { (self.value, self.curve) = (value, curve) }

  /// The area under a curve, by trapezoids.
  init(areaUnder curve: [Point]) {
    let area = zip(curve, curve.dropFirst()).reduce(0) { sum, ends in
      sum + (ends.1.share - ends.0.share) * (ends.0.value + ends.1.value) / 2
    }
    self.init(area, curve: curve)
  }

  /// The mean of a curve's values.
  init(meanOf curve: [Point]) {
    self.init(curve.reduce(0) { $0 + $1.value } / Double(max(curve.count, 1)), curve: curve)
  }
}
