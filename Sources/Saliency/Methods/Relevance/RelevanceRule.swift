public import SaliencyCore

/// How a weighted sum zⱼ = Σᵢ xᵢ wᵢⱼ + bⱼ hands its relevance Rⱼ back to the xᵢ that it sums.
///
/// A rule is a formula. This one, a rule of one's own, is LRP-0 with twice the weight on the positive terms:
///
/// ```swift
/// let generous = RelevanceRule("generous") { sum, relevance in
///   let all = sum.output + sum.part(.positive)
///   let shares = relevance.divided(by: all, stabilizer: 1e-6)
///   return sum.contributions(.all, to: shares) + sum.contributions(.positive, to: shares)
/// }
/// ```
///
/// Which rule is for which sum is said by a ``RelevanceComposite``.
public struct RelevanceRule: Sendable {
  /// What the rule is called.
  public let name: String
  /// Whether the bias is left out of what the rule divides by, so that it keeps no relevance.
  public private(set) var ignoresBias = false
  private let body: @Sendable (WeightedSum, Value) -> Value

  /// A rule from a formula.
  ///
  /// - Parameters:
  ///   - name: what the rule is called.
  ///   - body: the relevance of the sum's inputs, of the shape of ``WeightedSum/input``, from that of its results, which is of the shape of
  ///     ``WeightedSum/output``.
  public init(_ name: String, _ body: @escaping @Sendable (_ sum: WeightedSum, _ relevance: Value) -> Value) {
    (self.name, self.body) = (name, body)
  }

  /// What keeps the quotients of the rules finite that have no ε of their own.
  public static let stabilizer: Float = 1e-6

  /// The rule without biases.
  public func withoutBiases() -> RelevanceRule {
    var rule = self
    rule.ignoresBias = true
    return rule
  }

  func relevance(_ sum: WeightedSum, _ relevance: Value) -> Value { body(sum, relevance) }
}

extension Value {
  /// This value ÷ (divisor ± stabilizer), the sign being the divisor's, and plus for 0.
  ///
  /// Without a stabilizer the quotient is 0 where the divisor is.
  public func divided(by divisor: Value, stabilizer: Float) -> Value {
    guard stabilizer > 0 else {
      let isZero = divisor.applying(Comparison(.equal), builder.constant(Tensor(0)))
      return self * (1 - isZero) / (divisor + isZero)
    }
    let sign = 2 * (1 - divisor.isLess(than: 0)) - 1
    return self / (divisor + stabilizer * sign)
  }
}
