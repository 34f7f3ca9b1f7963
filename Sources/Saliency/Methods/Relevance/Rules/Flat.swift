import SaliencyCore

extension RelevanceRule {
  /// The flat rule: every input of a sum has the same share (Lapuschkin et al., "Unmasking Clever Hans Predictors", 2019).
  ///
  /// It makes a map coarser than the first layers would, and independent of what they weigh.
  public static let flat = RelevanceRule("flat") { sum, relevance in
    let ones = sum.weights.builder.constant(Tensor(1)).broadcast(to: sum.weights.shape)
    let total = sum.sum(of: sum.ones, weights: ones)
    return sum.handedBack(relevance.divided(by: total, stabilizer: stabilizer), through: ones)
  }
}

extension WeightedSum {
  /// 1 in place of each input.
  var ones: Value { input.builder.constant(Tensor(1)).broadcast(to: input.shape) }
}
