/// ROAD, remove and debias: the mean confidence that is left when shares of the pixels are removed, those that matter most first, and what was
/// there is guessed from what is around (Rong et al., "A Consistent and Efficient Evaluation Strategy for Attribution Methods", 2022).
///
/// Each removed pixel becomes the weighted mean of its eight neighbors, removed ones too, with noise. Unlike a baseline, the guess does not
/// show by its outline what was removed. The confidence is the probability of the explained units, or where there is none what is explained.
/// Lower is better; where the pixels that matter least are removed first, higher is. For images.
public struct RemoveAndDebias: ExplanationMetric {
  /// Which pixels are removed first.
  public enum Order: String, Sendable, CaseIterable {
    /// Those that matter most.
    case most
    /// Those that matter least.
    case least
  }

  public var name: String { order == .most ? "road" : "road-least" }
  public var preference: MetricPreference { order == .most ? .lower : .higher }
  /// The shares of the pixels that are removed.
  public let shares: [Double]
  /// Which pixels are removed first.
  public let order: Order
  /// The deviation of the noise on the guess, as a share of the input's range.
  public let noise: Float
  /// Where the random numbers start; the same seed gives the same numbers.
  public let seed: UInt64

  /// - Precondition: there is a share, and all lie between 0 and 1, both excluded.
  public init(
    shares: [Double] = [0.1, 0.2, 0.3, 0.4, 0.5, 0.7, 0.9], order: Order = .most, noise: Float = 0.01,
    seed: UInt64 = 0
  ) {
    precondition(
      !shares.isEmpty && shares.allSatisfy { $0 > 0 && $0 < 1 },
      "`shares` must have at least one number, all between 0 and 1")
    (self.shares, self.order, self.noise, self.seed) = (shares, order, noise, seed)
  }

  public var curveLabel: String? { "share of the input that is removed" }
  public var scope: MetricScope { .images }

  public func value(of explanation: EvaluatedExplanation) async throws -> MetricValue? {
    let places = explanation.places
    guard places.extents.count == 2 else {
      throw SaliencyError(
        .invalidInput,
        "metric '\(name)' is for images, and an input of \(explanation.input.shape.text) is none; take deletion"
      )
    }
    let values = explanation.input.values
    let ranking = order == .most ? explanation.ranking() : explanation.ranking().reversed()
    var gaussian = GaussianNoise(seed: seed)
    let standardDeviation = noise * ((values.max() ?? 0) - (values.min() ?? 0))
    let scores = try await explanation.scores(count: shares.count) { index in
      var isRemoved = [Bool](repeating: false, count: places.count)
      for place in ranking.prefix(Int(shares[index] * Double(places.count))) { isRemoved[place] = true }
      let imputation = NoisyLinearImputation(isRemoved, width: places.extents[1])
      var result = values
      for channel in 0..<places.channels {
        let elements = (0..<places.count).map { places.element(of: $0, channel: channel) }
        let guessed = imputation.guesses(for: elements.map { Double(values[$0]) })
        for (place, element) in elements.enumerated() where isRemoved[place] {
          result[element] = Float(guessed[place]) + standardDeviation * gaussian.next()
        }
      }
      return result
    }
    return MetricValue(
      meanOf: zip(shares, scores).map { .init(share: $0, value: $1.confidence) })
  }

  static let entry = MetricEntry(
    "road", aliases: ["remove-and-debias"],
    "the confidence that is left when pixels are removed and guessed from their surroundings",
    options: [
      .init(name: "order", standard: "most", summary: "which pixels are removed first: most or least"),
      .init(name: "noise", standard: "0.01", summary: "noise on the guess, as a share of the input's range"),
      .seed,
    ]
  ) { options throws(SaliencyError) in
    RemoveAndDebias(
      order: try options.choice("order", of: Order.self), noise: try options.number("noise", in: 0...10),
      seed: try options.seed())
  }
}
