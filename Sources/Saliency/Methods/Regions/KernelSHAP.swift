public import SaliencyCore

/// KernelSHAP: Shapley values of regions by weighted least squares (Lundberg and Lee, "A Unified Approach to Interpreting Model Predictions",
/// 2017).
///
/// φ minimizes Σ π(S) (v(S) − v(∅) − Σ_{i∈S} φᵢ)² under Σ φᵢ = v(all) − v(∅), where v(S) is the score with the regions S shown, and
/// π(S) = (m − 1) / (C(m, s) s (m − s)) for s of m regions. Where there are no more sets than samples, all of them are taken, and φ are the
/// Shapley values exactly; else sets are drawn with probabilities π, each with its complement (Covert and Lee, "Improving KernelSHAP", 2021).
/// The places of a region have even shares of its value, so that the map adds up to f(x) − f(baseline). Runs the network forward alone,
/// once a sample.
public struct KernelSHAP: SamplingMethod {
  public var takesSeveralInputs: Bool { true }
  public let name = "kernel-shap"
  /// The regions.
  public let superpixels: Superpixels
  /// The number of sets that are tried.
  public let samples: Int
  /// What covers regions.
  public let baseline: Baseline
  /// Where the random numbers start; the same seed gives the same bytes.
  public let seed: UInt64

  /// - Precondition: there are at least two samples.
  public init(
    superpixels: Superpixels = .slic(count: 50), samples: Int = 1_000, baseline: Baseline = .zeros,
    seed: UInt64 = 0
  ) {
    precondition(samples >= 2, "`samples` must be at least 2")
    (self.superpixels, self.samples, self.baseline, self.seed) = (superpixels, samples, baseline, seed)
  }

  public var sampled: (any GraphMethod)? { nil }

  /// f(x) − f(x′).
  public var guarantee: AttributionGuarantee { .difference(from: [baseline]) }

  public func attribution(of input: Tensor, _ network: NetworkSampler) async throws -> Tensor {
    let runs = try RegionScores(input, network, superpixels, baseline)
    try runs.requireSystem(for: name)
    let count = runs.regions.count
    let sets = sets(of: count)
    // All regions and none come first.
    let scores = try await runs.scores(count: sets.count + 2) { index in
      index < 2 ? [Bool](repeating: index == 0, count: count) : sets[index - 2].shown
    }
    let total = scores[0] - scores[1]
    guard count > 1 else { return runs.map([total]) }
    var matrix = [[Double]](repeating: .init(repeating: 0, count: count), count: count)
    var right = [Double](repeating: 0, count: count)
    for (set, score) in zip(sets, scores.dropFirst(2)) {
      let members = (0..<count).filter { set.shown[$0] }
      for member in members {
        right[member] += set.weight * (score - scores[1])
        for other in members { matrix[member][other] += set.weight }
      }
    }
    let system = LinearSystem(matrix)
    let free = system.solution(right)
    let even = system.solution([Double](repeating: 1, count: count))
    // The multiplier of the condition that the values add up.
    let excess = (free.reduce(0, +) - total) / even.reduce(0, +)
    return runs.map(zip(free, even).map { $0 - excess * $1 })
  }

  /// Sets of regions, neither empty nor all, with their weights: every one, or random ones.
  private func sets(of count: Int) -> [(shown: [Bool], weight: Double)] {
    guard count > 1 else { return [] }
    if count < 30, (1 << count) - 2 <= samples {
      return (1..<(1 << count) - 1).map { bits in
        let shown = (0..<count).map { bits >> $0 & 1 == 1 }
        let size = bits.nonzeroBitCount
        let ways = (0..<size).reduce(1.0) { $0 * Double(count - $1) / Double($1 + 1) }
        return (shown, Double(count - 1) / (ways * Double(size) * Double(count - size)))
      }
    }
    var random = SplitMix64(seed: seed)
    let shares = (1..<count).map { 1 / Double($0 * (count - $0)) }
    let whole = shares.reduce(0, +)
    var sets: [(shown: [Bool], weight: Double)] = []
    while sets.count < samples {
      var rest = random.nextShare() * whole
      let size = shares.firstIndex { share in
        rest -= share
        return rest < 0
      }
      var shown = [Bool](repeating: false, count: count)
      for member in random.nextSubset(of: count, count: (size ?? count - 2) + 1) { shown[member] = true }
      sets.append((shown, 1))
      sets.append((shown.map { !$0 }, 1))
    }
    return sets
  }

  public var options: [MethodOption] {
    MethodOption.regions(superpixels) + [.baseline(baseline), .init("samples", samples), .init("seed", seed)]
  }

  static let entry = MethodEntry(
    "kernel-shap", "Shapley values of regions by weighted least squares; sums up to f(x) − f(baseline)",
    options: MethodOptions.regions + [
      .init(
        name: "samples", standard: "1000",
        summary: "sets of regions that are tried; all of them where there are no more"),
      .seed,
    ]
  ) { options throws(SaliencyError) in
    Method(
      KernelSHAP(
        superpixels: try options.superpixels(), samples: try options.integer("samples", in: 2...1_000_000),
        baseline: try options.baseline(), seed: try options.seed()))
  }
}
