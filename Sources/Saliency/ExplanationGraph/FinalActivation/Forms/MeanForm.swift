import SaliencyCore

/// A mean of probabilities along axes, which is a probability again; nothing is its score but itself.
struct MeanForm: ActivationForm {
  func activation(of value: Value, _ finder: ActivationFinder) -> ActivatedValue? {
    guard let reduced = mean(value), let reduction = reduced.node.operation as? Reduction,
      var found = finder.activation(of: reduced.operand())
    else { return nil }
    let extents = reduced.operand().shape
    guard found.axis.map({ extents[$0] == 1 || !reduction.axes.contains($0) }) ?? true else { return nil }
    found.axis = reduced.followed(found.axis)
    let isOfSeveral = reduction.axes.contains { extents[$0] > 1 }
    found.score = isOfSeveral ? nil : found.score.map { score in { score().applying(reduction) } }
    return found
  }

  /// The reduction that is a mean, or a sum that is divided by the number of its terms.
  private func mean(_ value: Value) -> Value? {
    if let reduction = value.node.operation as? Reduction {
      return reduction.function == .mean || value.operand().shape == value.shape ? value : nil
    }
    let (sum, scale, offset) = value.straightLine
    guard let reduction = sum.node.operation as? Reduction, reduction.function == .sum, offset == 0,
      sum.shape == value.shape
    else { return nil }
    let count = reduction.axes.reduce(1) { $0 * sum.operand().shape[$1] }
    return abs(scale * Double(count) - 1) <= 1e-4 ? sum : nil
  }
}
