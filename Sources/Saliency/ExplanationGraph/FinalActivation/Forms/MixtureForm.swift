import SaliencyCore

/// A mean of the probabilities that several networks give, each with a weight: (softmax(a) + softmax(b)) / 2. It is a probability again; nothing is
/// its score but itself.
struct MixtureForm: ActivationForm {
  /// So many terms are looked at at most.
  private static let termLimit = 256

  func activation(of value: Value, _ finder: ActivationFinder) -> ActivatedValue? {
    var terms: [(value: Value, weight: Double)] = []
    guard split(value, weight: 1, into: &terms), terms.count > 1,
      terms.allSatisfy({ $0.weight >= 0 && $0.value.shape == value.shape }),
      abs(terms.reduce(0) { $0 + $1.weight } - 1) <= 1e-4,
      var first = finder.activation(of: terms[0].value), !first.isLogarithm,
      terms.dropFirst().allSatisfy({ finder.activation(of: $0.value)?.isAlike(first) ?? false })
    else { return nil }
    first.score = nil
    return first
  }

  /// Whether a value could be taken apart into its terms.
  private func split(_ value: Value, weight: Double, into terms: inout [(value: Value, weight: Double)])
    -> Bool
  {
    let (inner, scale, offset) = value.straightLine
    guard offset == 0 else {
      terms.append((value, weight))
      return terms.count <= Self.termLimit
    }
    guard inner.node.operation is Addition else {
      terms.append((inner, weight * scale))
      return terms.count <= Self.termLimit
    }
    return split(inner.operand(0), weight: weight * scale, into: &terms)
      && split(inner.operand(1), weight: weight * scale, into: &terms)
  }
}
