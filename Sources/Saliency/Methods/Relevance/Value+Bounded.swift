import SaliencyCore

extension Value {
  /// The same numbers, with ±1e30 for what is larger, as masks of −∞ are: it has a difference to itself, and a product with 0.
  func bounded() -> Value { applying(Clamp(lower: -1e30, upper: 1e30)) }
}
