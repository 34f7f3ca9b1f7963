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

  /// The bits of the nearest IEEE 754 half-precision number, the even one of two; what is too large becomes the largest that
  /// is finite, unless it is infinite itself.
  package var halfBits: UInt16 {
    let sign = UInt16(truncatingIfNeeded: bitPattern >> 16 & 0x8000)
    if isNaN { return sign | 0x7E00 }
    if isInfinite { return sign | 0x7C00 }
    if magnitude >= 65_504 { return sign | 0x7BFF }
    if magnitude < 0x1p-14 {
      // Units of 2⁻²⁴; rounding up to 1,024 of them gives the bits of the first number that is no longer subnormal.
      return sign | UInt16((magnitude * 0x1p24).rounded(.toNearestOrEven))
    }
    let rounded = bitPattern & 0x7FFF_FFFF + 0xFFF + (bitPattern >> 13 & 1)
    return sign | UInt16(min(rounded >> 13 - 112 << 10, 0x7BFF))
  }
}

/// Conversions of many numbers at once.
package enum HalfPrecision {
  /// The half-precision numbers nearest to single-precision ones, both in memory order.
  package static func bytes(ofSingle bytes: UnsafeRawBufferPointer) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: bytes.count / 2) { buffer, count in
      let target = UnsafeMutableRawBufferPointer(buffer)
      for index in 0..<bytes.count / 4 {
        let number = Float(bitPattern: bytes.loadUnaligned(fromByteOffset: 4 * index, as: UInt32.self))
        target.storeBytes(of: number.halfBits, toByteOffset: 2 * index, as: UInt16.self)
      }
      count = bytes.count / 2
    }
  }
}
