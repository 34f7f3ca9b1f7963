/// Infidelity: the mean of (c − d)² over random windows of the input, where c is what the window is said to contribute and d what the score
/// loses when the window is covered (Yeh et al., "On the (In)fidelity and Sensitivity of Explanations", 2019, with their square removal).
///
/// Contributions are scaled as fits best, by Σcd / Σc², as in the paper's comparisons, since the scales of methods differ. Attributions per
/// unit of the input count times its way from the baseline. A window's sides are a random share of the input's, from a tenth to a half.
public struct Infidelity: ExplanationMetric {
  public let name = "infidelity"
  public let preference = MetricPreference.lower
  /// Random windows.
  public let samples: Int
  /// What windows are covered with.
  public let baseline: Baseline
  /// Whether contributions are scaled as fits best.
  public let isScaled: Bool
  /// Where the random numbers start; the same seed gives the same numbers.
  public let seed: UInt64

  /// - Precondition: there is a sample.
  public init(samples: Int = 100, baseline: Baseline = .zeros, isScaled: Bool = true, seed: UInt64 = 0) {
    precondition(samples >= 1, "`samples` must be at least 1")
    (self.samples, self.baseline, self.isScaled, self.seed) = (samples, baseline, isScaled, seed)
  }

  public var fitsTokens: Bool { baseline.fitsTokens }

  public func value(of explanation: EvaluatedExplanation) async throws -> MetricValue? {
    guard explanation.hasContributions else { return nil }
    let base = try explanation.baseline(baseline)
    let contributions = explanation.contributions(from: base)
    let values = explanation.input.values
    let places = explanation.places
    var random = SplitMix64(seed: seed)
    var claims: [Double] = []
    // The input itself comes first.
    let scores = try await explanation.scores(count: 1 + samples) { index in
      guard index > 0 else { return values }
      let share = 0.1 + 0.4 * random.nextShare()
      let sides = places.extents.map { max(Int((Double($0) * share).rounded()), 1) }
      let start = zip(places.extents, sides).map { random.nextIndex(below: $0 - $1 + 1) }
      let isCovered = places.window(from: start, sides: sides)
      claims.append(zip(contributions, isCovered).reduce(0) { $1.1 ? $0 + $1.0 : $0 })
      return places.replaced(values, by: base) { isCovered[$0] }
    }
    let losses = scores.dropFirst().map { Double(scores[0].explained) - Double($0.explained) }
    let squares = claims.reduce(0) { $0 + $1 * $1 }
    let fitting = squares > 0 ? zip(claims, losses).reduce(0) { $0 + $1.0 * $1.1 } / squares : 0
    let scale = isScaled ? fitting : 1
    return MetricValue(
      zip(claims, losses).reduce(0) { sum, pair in
        sum + (scale * pair.0 - pair.1) * (scale * pair.0 - pair.1)
      } / Double(samples))
  }

  static let entry = MetricEntry(
    "infidelity", "by how much contributions of random windows differ from what covering them costs",
    options: [
      .init(name: "samples", standard: "100", summary: "random windows"),
      .init(
        name: "scaled", standard: "yes", summary: "whether contributions are scaled as fits best: yes or no"),
      .baseline, .seed,
    ]
  ) { options throws(SaliencyError) in
    Infidelity(
      samples: try options.integer("samples", in: 1...1_000_000), baseline: try options.baseline(),
      isScaled: try options.truth("scaled"), seed: try options.seed())
  }
}
