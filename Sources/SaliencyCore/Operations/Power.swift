internal import OneDNN
internal import Glibc

/// x ^ c for a constant c
public struct Power: ElementwiseOperation {
  /// The exponent c.
  public let exponent: Float

  /// A power with a constant exponent.
  public init(exponent: Float) {
    self.exponent = exponent
  }

  public var lowering: ElementwiseLowering {
    let exponent = exponent
    return switch exponent {
    case 2: .primitive(.square)
    case 0.5: .primitive(.squareRoot)
    case -1: .function { 1 / $0 }
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
