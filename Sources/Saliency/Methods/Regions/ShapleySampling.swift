public import SaliencyCore

/// Shapley value sampling: what a region adds to the score when it is shown after those before it, the mean over random orders (Štrumbelj and
/// Kononenko, "An Efficient Explanation of Individual Classifications using Game Theory", 2010).
///
/// Where there are no more orders than asked for, every one is taken, and the values are exact. They add up to f(x) − f(baseline) in any case.
/// The places of a region have even shares of its value. Runs the network forward alone, as often as there are regions in each order.
public struct ShapleySampling: SamplingMethod {
  public var takesSeveralInputs: Bool { true }
  public let name = "shapley-sampling"
  /// The regions.
  public let superpixels: Superpixels
  /// The number of orders.
  public let orders: Int
  /// What covers regions.
  public let baseline: Baseline
  /// Where the random numbers start; the same seed gives the same bytes.
  public let seed: UInt64

  /// - Precondition: there is an order.
  public init(
    superpixels: Superpixels = .slic(count: 50), orders: Int = 25, baseline: Baseline = .zeros,
    seed: UInt64 = 0
  ) {
    precondition(orders >= 1, "`orders` must be at least 1")
    (self.superpixels, self.orders, self.baseline, self.seed) = (superpixels, orders, baseline, seed)
  }

  public var sampled: (any GraphMethod)? { nil }

  /// f(x) − f(x′).
  public var guarantee: AttributionGuarantee { .difference(from: [baseline]) }

  public func attribution(of input: Tensor, _ network: NetworkSampler) async throws -> Tensor {
    let runs = try RegionScores(input, network, superpixels, baseline)
    let count = runs.regions.count
    let orders = orders(of: count)
    // None and all of the regions are the same in every order.
    let middle = count - 1
    var shown: [Bool] = []
    let scores = try await runs.scores(count: 2 + orders.count * middle) { index in
      guard index >= 2 else { return [Bool](repeating: index == 1, count: count) }
      let (order, step) = ((index - 2) / middle, (index - 2) % middle)
      if step == 0 { shown = [Bool](repeating: false, count: count) }
      shown[orders[order][step]] = true
      return shown
    }
    var sums = [Double](repeating: 0, count: count)
    for (index, order) in orders.enumerated() {
      var before = scores[0]
      for (step, region) in order.enumerated() {
        let after = step == middle ? scores[1] : scores[2 + index * middle + step]
        sums[region] += after - before
        before = after
      }
    }
    return runs.map(sums.map { $0 / Double(orders.count) })
  }

  /// Random orders, or every one.
  private func orders(of count: Int) -> [[Int]] {
    let all = (1...max(count, 1)).reduce(1.0) { $0 * Double($1) }
    guard all > Double(orders) else {
      return (0..<count).reduce([[]]) { orders, next in
        orders.flatMap { order in (0...order.count).map { Array(order[..<$0]) + [next] + order[$0...] } }
      }
    }
    var random = SplitMix64(seed: seed)
    return (0..<orders).map { _ in Array(random.nextSubset(of: count, count: count)) }
  }

  public var options: [MethodOption] {
    MethodOption.regions(superpixels) + [.baseline(baseline), .init("orders", orders), .init("seed", seed)]
  }

  static let entry = MethodEntry(
    "shapley-sampling", aliases: ["shapley-value-sampling"],
    "what regions add to the score in random orders; sums up to f(x) − f(baseline)",
    options: MethodOptions.regions + [
      .init(name: "orders", standard: "25", summary: "random orders; all of them where there are no more"),
      .seed,
    ]
  ) { options throws(SaliencyError) in
    Method(
      ShapleySampling(
        superpixels: try options.superpixels(), orders: try options.integer("orders", in: 1...100_000),
        baseline: try options.baseline(), seed: try options.seed()))
  }
}
