internal import LibC

/// Sensitivity-n: the correlation between what random sets of n places are said to contribute and what the score loses without them (Ancona
/// et al., "Towards Better Understanding of Gradient-Based Attribution Methods for Deep Neural Networks", 2018).
///
/// The mean over several n, from 1 to four fifths of the places at equal ratios; the curve has the correlation of each. Attributions per
/// unit of the input count times its way from the baseline. 1 is best; 0 where the score does not vary.
public struct SensitivityN: ExplanationMetric {
  public let name = "sensitivity-n"
  public let preference = MetricPreference.higher
  /// How many n are tried.
  public let sizes: Int
  /// Random sets of each size.
  public let subsets: Int
  /// What places are replaced with.
  public let baseline: Baseline
  /// Where the random numbers start; the same seed gives the same numbers.
  public let seed: UInt64

  /// - Precondition: there is a size and two sets.
  public init(sizes: Int = 6, subsets: Int = 40, baseline: Baseline = .zeros, seed: UInt64 = 0) {
    precondition(sizes >= 1 && subsets >= 2, "`sizes` must be at least 1 and `subsets` at least 2")
    (self.sizes, self.subsets, self.baseline, self.seed) = (sizes, subsets, baseline, seed)
  }

  public var fitsTokens: Bool { baseline.fitsTokens }

  public func value(of explanation: EvaluatedExplanation) async throws -> MetricValue? {
    guard explanation.hasContributions else { return nil }
    let base = try explanation.baseline(baseline)
    let contributions = explanation.contributions(from: base)
    let values = explanation.input.values
    let places = explanation.places
    let counts = counts(of: places.count)
    var random = SplitMix64(seed: seed)
    var claims: [Double] = []
    // The input itself comes first.
    let scores = try await explanation.scores(count: 1 + counts.count * subsets) { index in
      guard index > 0 else { return values }
      let subset = random.nextSubset(of: places.count, count: counts[(index - 1) / subsets])
      claims.append(subset.reduce(0) { $0 + contributions[$1] })
      var replaced = values
      for place in subset {
        for element in places.elements(of: place) { replaced[element] = base[element] }
      }
      return replaced
    }
    let losses = scores.dropFirst().map { Double(scores[0].explained) - Double($0.explained) }
    return MetricValue(
      meanOf: counts.indices.map { size in
        let range = size * subsets..<(size + 1) * subsets
        return .init(
          share: Double(counts[size]) / Double(places.count),
          value: Correlation.pearson(Array(claims[range]), Array(losses[range])))
      })
  }

  /// Different sizes of sets, from 1 to four fifths at equal ratios.
  private func counts(of total: Int) -> [Int] {
    let largest = max(Double(total) * 0.8, 1)
    var counts: [Int] = []
    for step in 0..<sizes {
      let count = Int(pow(largest, sizes == 1 ? 1 : Double(step) / Double(sizes - 1)).rounded())
      if count != counts.last { counts.append(count) }
    }
    return counts
  }

  static let entry = MetricEntry(
    "sensitivity-n", "the correlation between what sets of places are said to contribute and what they do",
    options: [
      .init(name: "sizes", standard: "6", summary: "sizes of sets"),
      .init(name: "subsets", standard: "40", summary: "random sets of each size"), .baseline, .seed,
    ]
  ) { options throws(SaliencyError) in
    SensitivityN(
      sizes: try options.integer("sizes", in: 1...1_000),
      subsets: try options.integer("subsets", in: 2...100_000), baseline: try options.baseline(),
      seed: try options.seed())
  }
}
