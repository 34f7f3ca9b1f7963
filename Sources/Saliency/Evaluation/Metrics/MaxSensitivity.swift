/// Max-sensitivity: the largest ‖φ(x + δ) − φ(x)‖ / ‖φ(x)‖ over random δ, how much the explanation φ changes where the input hardly does (Yeh
/// et al., "On the (In)fidelity and Sensitivity of Explanations", 2019).
///
/// Each element of δ is evenly distributed from −r to r. The explained units stay those of the input. 0 is best, and
/// what an explanation that is zero throughout has; there is no number where it is zero at x alone.
public struct MaxSensitivity: ExplanationMetric {
  public let name = "max-sensitivity"
  public let preference = MetricPreference.lower
  /// Inputs near x that are explained.
  public let samples: Int
  /// The radius r, as a share of the input's range, largest less smallest number.
  public let radius: Float
  /// Where the random numbers start; the same seed gives the same numbers.
  public let seed: UInt64

  /// - Precondition: there is a sample, and the radius is not negative.
  public init(samples: Int = 10, radius: Float = 0.02, seed: UInt64 = 0) {
    precondition(samples >= 1 && radius >= 0, "`samples` must be at least 1 and `radius` not negative")
    (self.samples, self.radius, self.seed) = (samples, radius, seed)
  }

  public var fitsTokens: Bool { false }

  public func value(of explanation: EvaluatedExplanation) async throws -> MetricValue? {
    let values = explanation.input.values
    let reach = radius * ((values.max() ?? 0) - (values.min() ?? 0))
    let attribution = explanation.attribution.values
    func norm(_ numbers: some Sequence<Double>) -> Double {
      numbers.reduce(0) { $0 + $1 * $1 }.squareRoot()
    }
    let scale = norm(attribution.lazy.map(Double.init))
    var random = SplitMix64(seed: seed)
    var largest = 0.0
    for _ in 0..<samples {
      let moved = values.map { $0 + reach * Float(2 * random.nextShare() - 1) }
      let other = try await explanation.attribution(of: moved).values
      largest = max(largest, norm(zip(other, attribution).lazy.map { Double($0) - Double($1) }))
    }
    return largest == 0 ? MetricValue(0) : scale > 0 ? MetricValue(largest / scale) : nil
  }

  static let entry = MetricEntry(
    "max-sensitivity", "by how much the explanation changes where the input hardly does",
    options: [
      .init(name: "samples", standard: "10", summary: "inputs nearby that are explained"),
      .init(name: "radius", standard: "0.02", summary: "how near, as a share of the input's range"), .seed,
    ]
  ) { options throws(SaliencyError) in
    MaxSensitivity(
      samples: try options.integer("samples", in: 1...100_000),
      radius: try options.number("radius", in: 0...1_000), seed: try options.seed())
  }
}
