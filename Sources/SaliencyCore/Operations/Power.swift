internal import LibC

/// x ^ c for a constant c
public struct Power: ElementwiseOperation {
  /// The exponent c.
  public let exponent: Float

  /// A power with a constant exponent.
  public init(exponent: Float) {
    self.exponent = exponent
  }

  public var traits: OperationTraits { .function(.keepsNonNegative) }

  public var lowering: ElementwiseLowering {
    let exponent = exponent
    return switch exponent {
    case 2: .primitive(.square)
    case 0.5: .primitive(.squareRoot)
    case 3: .vector(.cube)
    case -1: .vector(.reciprocal)
    case -2: .vector(.square, .reciprocal)
    case -0.5: .vector(.squareRoot, .reciprocal)
    default: .function { powf($0, exponent) }
    }
  }

  public func gradient(_ context: GradientContext) -> Value? {
    switch exponent {
    case 0: nil
    case 1: context.gradient
    case 2: context.gradient * (context.inputs[0] * 2)
    default: context.gradient * (context.inputs[0].power(exponent - 1) * exponent)
    }
  }
}
