extension Float {
  /// The value of an IEEE 754 half-precision number. (`Float16` does not exist on all platforms.)
  package init(halfBits bits: UInt16) {
    let sign = UInt32(bits & 0x8000) << 16
    let exponent = UInt32(bits >> 10 & 0x1F)
    let fraction = UInt32(bits & 0x3FF)
    switch exponent {
    case 0:
      // Zero or subnormal: the fraction counts units of 2⁻²⁴.
      let magnitude = Float(fraction) * Float(sign: .plus, exponent: -24, significand: 1)
      self.init(bitPattern: sign | magnitude.bitPattern)
    case 31: self.init(bitPattern: sign | 0x7F80_0000 | fraction << 13)
    default: self.init(bitPattern: sign | (exponent + 112) << 23 | fraction << 13)
    }
  }
}
