/// 1 where a relation of the operands' elements holds, 0 elsewhere; its derivative is 0
public struct Comparison: BinaryOperation {
  /// How two numbers may lie to each other.
  public enum Relation: Sendable, Hashable, CaseIterable {
    /// Both are the same.
    case equal
    /// The first is the larger.
    case greater
    /// The first is the larger, or both are the same.
    case greaterOrEqual
    /// The first is the smaller.
    case less
    /// The first is the smaller, or both are the same.
    case lessOrEqual
  }

  /// What has to hold.
  public let relation: Relation

  /// A comparison.
  public init(_ relation: Relation) {
    self.relation = relation
  }

  public var traits: OperationTraits {
    OperationTraits(relevance: .derivative, [.elementwise, .nonNegative])
  }

  public var lowering: BinaryLowering {
    switch relation {
    case .equal: .vector(.equal)
    case .greater: .vector(.greater)
    case .greaterOrEqual: .vector(.greaterOrEqual)
    case .less: .vector(.greater, isSwapped: true)
    case .lessOrEqual: .vector(.greaterOrEqual, isSwapped: true)
    }
  }

  public func gradients(_ context: GradientContext) -> [Value?] { [nil, nil] }
}
