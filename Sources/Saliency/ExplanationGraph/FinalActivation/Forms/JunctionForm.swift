import SaliencyCore

/// Probabilities of one kind that are joined along an axis, such as the answers of several heads.
struct JunctionForm: ActivationForm {
  func activation(of value: Value, _ finder: ActivationFinder) -> ActivatedValue? {
    guard let junction = value.node.operation as? Concatenation else { return nil }
    let parts = value.node.operands.indices.map { value.operand($0) }
    guard let first = parts.first, var found = finder.activation(of: first),
      parts.dropFirst().allSatisfy({ finder.activation(of: $0)?.isAlike(found) ?? false })
    else { return nil }
    let scores = parts.map { finder.activation(of: $0)?.score }
    found.score =
      scores.contains { $0 == nil }
      ? nil : { value.builder.append(junction, scores.map { $0!() }, name: nil) }
    return found
  }
}
