/// x without its fraction and cut to the bits of an integer type, as processors convert numbers; its derivative is 0
///
/// What is not finite becomes 0.
public struct IntegerTruncation: ElementwiseOperation {
  /// How many bits the integers have.
  public let bitCount: Int
  /// Whether there are negative ones.
  public let isSigned: Bool

  /// A conversion to integers of `bitCount` bits, 1 to 64.
  public init(bitCount: Int, isSigned: Bool) {
    self.bitCount = bitCount
    self.isSigned = isSigned
  }

  public var traits: OperationTraits { .function() }

  public var lowering: ElementwiseLowering {
    let (bitCount, isSigned) = (bitCount, isSigned)
    return .function { x in
      guard x.isFinite, x.magnitude < 0x1p62, bitCount < 63 else {
        return x.isFinite ? x.rounded(.towardZero) : 0
      }
      let integer = Int(x)
      let shift = 64 - bitCount
      return isSigned
        ? Float((integer << shift) >> shift)
        : Float((UInt(bitPattern: integer) << UInt(shift)) >> UInt(shift))
    }
  }

  public func gradient(_ context: GradientContext) -> Value? { nil }
}
