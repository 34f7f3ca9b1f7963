/// The remainder of the quotient of two tensors, element by element
///
/// The derivative is that between the jumps: 1 for the dividend, less the quotient's integer for the divisor.
public struct Remainder: BinaryOperation {
  /// Whose sign the remainder has.
  public enum Sign: Sendable, Hashable {
    /// That of the dividend, as in C.
    case dividend
    /// That of the divisor, as in Python.
    case divisor
  }

  /// Whose sign the remainder has.
  public let sign: Sign

  /// A remainder.
  public init(sign: Sign) {
    self.sign = sign
  }

  public var traits: OperationTraits { OperationTraits(relevance: .derivative, .elementwise) }

  public var lowering: BinaryLowering {
    switch sign {
    case .dividend: .function { $0.truncatingRemainder(dividingBy: $1) }
    case .divisor:
      .function { a, b in
        let remainder = a.truncatingRemainder(dividingBy: b)
        return remainder != 0 && (remainder < 0) != (b < 0) ? remainder + b : remainder
      }
    }
  }

  public func gradients(_ context: GradientContext) -> [Value?] {
    let toDivisor = context.gradient(for: 1) {
      let direction: Rounding.Direction = sign == .dividend ? .towardZero : .down
      return -(context.gradient * (context.inputs[0] / context.inputs[1]).applying(Rounding(direction)))
    }
    return [context.gradient, toDivisor]
  }
}
