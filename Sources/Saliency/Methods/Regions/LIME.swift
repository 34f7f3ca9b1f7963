internal import LibC
public import SaliencyCore

/// LIME: the weights of a linear model that is fitted to the scores of the input with random regions covered, near the input most of all
/// (Ribeiro et al., "'Why Should I Trust You?' Explaining the Predictions of Any Classifier", 2016).
///
/// The model is a ridge regression with an intercept: it minimizes Σ π(z) (f(z) − w₀ − w·z)² + λ ‖w‖², where z says of each region whether it
/// is shown, each as likely as not, and π(z) = exp(−d² / 2σ²) with the distance d = 1 − √(share of the regions that are shown), the
/// cosine's. The first sample is the input itself. The places of a region have even shares of its weight. Runs the network forward alone,
/// once a sample.
public struct LIME: SamplingMethod {
  public var takesSeveralInputs: Bool { true }
  public let name = "lime"
  /// The regions.
  public let superpixels: Superpixels
  /// The number of samples.
  public let samples: Int
  /// What covers regions.
  public let baseline: Baseline
  /// The width σ of the kernel.
  public let width: Float
  /// The weight λ of the penalty.
  public let penalty: Float
  /// Where the random numbers start; the same seed gives the same bytes.
  public let seed: UInt64

  /// - Precondition: there is a sample, the width is positive, and the penalty is not negative.
  public init(
    superpixels: Superpixels = .slic(count: 50), samples: Int = 1_000, baseline: Baseline = .zeros,
    width: Float = 0.25, penalty: Float = 1, seed: UInt64 = 0
  ) {
    precondition(
      samples >= 1 && width > 0 && penalty >= 0,
      "`samples` must be at least 1, `width` above 0 and `penalty` not negative")
    (self.superpixels, self.samples, self.baseline) = (superpixels, samples, baseline)
    (self.width, self.penalty, self.seed) = (width, penalty, seed)
  }

  public var sampled: (any GraphMethod)? { nil }

  public func attribution(of input: Tensor, _ network: NetworkSampler) async throws -> Tensor {
    let runs = try RegionScores(input, network, superpixels, baseline)
    try runs.requireSystem(for: name)
    let count = runs.regions.count
    var random = SplitMix64(seed: seed)
    var shown = [[Bool](repeating: true, count: count)]
    while shown.count < samples { shown.append((0..<count).map { _ in random.nextShare() < 0.5 }) }
    let scores = try await runs.scores(count: samples) { shown[$0] }
    return runs.map(weights(of: shown, scores))
  }

  /// The weights of the regression.
  func weights(of shown: [[Bool]], _ scores: [Double]) -> [Double] {
    let count = shown[0].count
    let kernel = shown.map { shown in
      let distance = 1 - (Double(shown.count { $0 }) / Double(count)).squareRoot()
      return exp(-distance * distance / Double(2 * width * width))
    }
    let total = kernel.reduce(0, +)
    // Around the means the intercept is 0.
    var means = [Double](repeating: 0, count: count)
    for (shown, weight) in zip(shown, kernel) {
      for index in 0..<count where shown[index] { means[index] += weight / total }
    }
    let mean = zip(kernel, scores).reduce(0) { $0 + $1.0 * $1.1 } / total
    var matrix = [[Double]](repeating: .init(repeating: 0, count: count), count: count)
    var right = [Double](repeating: 0, count: count)
    for (sample, weight) in kernel.enumerated() {
      let row = (0..<count).map { (shown[sample][$0] ? 1 : 0) - means[$0] }
      for index in 0..<count {
        let scaled = weight * row[index]
        right[index] += scaled * (scores[sample] - mean)
        for other in 0...index { matrix[index][other] += scaled * row[other] }
      }
    }
    for index in 0..<count { matrix[index][index] += Double(penalty) }
    return LinearSystem(matrix).solution(right)
  }

  public var options: [MethodOption] {
    MethodOption.regions(superpixels) + [
      .baseline(baseline), .init("samples", samples), .init("width", width), .init("penalty", penalty),
      .init("seed", seed),
    ]
  }

  static let entry = MethodEntry(
    "lime", "the weights of a linear model of the scores with random regions covered",
    options: MethodOptions.regions + [
      .init(name: "samples", standard: "1000", summary: "inputs with random regions covered"),
      .init(name: "width", standard: "0.25", summary: "how far samples may be from the input to count"),
      .init(name: "penalty", standard: "1", summary: "the weight of the penalty on large weights"), .seed,
    ]
  ) { options throws(SaliencyError) in
    Method(
      LIME(
        superpixels: try options.superpixels(), samples: try options.integer("samples", in: 1...1_000_000),
        baseline: try options.baseline(), width: try options.number("width", in: 1e-3...1e3),
        penalty: try options.number("penalty", in: 0...1e6), seed: try options.seed()))
  }
}
