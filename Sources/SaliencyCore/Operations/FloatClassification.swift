/// 1 where x is of a kind, 0 elsewhere; its derivative is 0
public struct FloatClassification: ElementwiseOperation {
  /// What is asked.
  public enum Kind: Sendable, Hashable {
    /// Whether x is not a number.
    case notANumber
    /// Whether x is infinite, with which signs.
    case infinite(positive: Bool, negative: Bool)
    /// Whether x is not 0.
    case nonZero
  }

  /// What is asked.
  public let kind: Kind

  /// A test.
  public init(_ kind: Kind) {
    self.kind = kind
  }

  public var traits: OperationTraits { .function(.nonNegative) }

  public var lowering: ElementwiseLowering {
    switch kind {
    case .notANumber: .function { $0.isNaN ? 1 : 0 }
    case .nonZero: .function { $0 != 0 ? 1 : 0 }
    case .infinite(let positive, let negative):
      .function { (positive && $0 == .infinity) || (negative && $0 == -.infinity) ? 1 : 0 }
    }
  }

  public func gradient(_ context: GradientContext) -> Value? { nil }
}
