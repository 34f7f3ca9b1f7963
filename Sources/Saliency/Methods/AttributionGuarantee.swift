/// What a method promises about its numbers, which can be checked; see ``AttributionCheck``.
public enum AttributionGuarantee: Sendable {
  /// Nothing that could be checked by a sum or a difference.
  case nothing
  /// They are the derivative of what is explained.
  case derivative
  /// They add up to f(x) − f(x′), or less the mean of f over several x′.
  case difference(from: [Baseline])
  /// They add up to f(x), but for what biases keep.
  case output
}
