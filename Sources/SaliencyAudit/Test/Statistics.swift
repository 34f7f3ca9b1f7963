internal import Saliency

/// What paired outcomes say.
enum Statistics {
  /// How certain it is that the first of each pair is larger: the exact one-sided sign test, whose pairs without a difference are left out.
  static func signTest(_ differences: [Double]) -> Double {
    let (larger, smaller) = (differences.count { $0 > 0 }, differences.count { $0 < 0 })
    return binomialTail(larger, of: larger + smaller)
  }

  /// The chance of at least so many heads of so many throws of a fair coin.
  static func binomialTail(_ heads: Int, of throwCount: Int) -> Double {
    guard heads > 0 else { return 1 }
    // ln of the binomial coefficients, one from the other.
    var (term, sum) = (-Double(throwCount) * logarithm(2), 0.0)
    for count in 0...throwCount {
      if count >= heads { sum += exponential(term) }
      term += logarithm(Double(throwCount - count)) - logarithm(Double(count + 1))
    }
    return min(sum, 1)
  }

  /// Where the mean lies with a certainty of 95 %: percentiles of the means of samples of the same size (Efron's bootstrap).
  static func interval(_ values: [Double], _ random: inout SeededRandom) -> (low: Double, high: Double) {
    guard !values.isEmpty else { return (0, 0) }
    let means = (0..<2_000).map { _ in
      var sum = 0.0
      for _ in values.indices { sum += values[random.index(below: values.count)] }
      return sum / Double(values.count)
    }.sorted()
    return (means[49], means[1_949])
  }

  /// Which of several tests hold together at a level (Holm 1979).
  static func holm(_ probabilities: [Double], level: Double) -> [Bool] {
    var holds = [Bool](repeating: false, count: probabilities.count)
    for (rank, index) in probabilities.indices.sorted(by: { probabilities[$0] < probabilities[$1] })
      .enumerated()
    {
      guard probabilities[index] <= level / Double(probabilities.count - rank) else { break }
      holds[index] = true
    }
    return holds
  }

  static func mean(_ values: [Double]) -> Double {
    values.isEmpty ? 0 : values.reduce(0, +) / Double(values.count)
  }

  static func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    guard !sorted.isEmpty else { return .nan }
    return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
  }
}
