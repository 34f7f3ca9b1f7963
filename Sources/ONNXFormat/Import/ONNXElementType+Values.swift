import SaliencyCore

extension ONNXElementType {
  /// The numbers that an integer type has; nil for other types.
  var integerRange: ClosedRange<Double>? {
    switch self {
    case .bool: 0...1
    case .uint2: 0...3
    case .uint4: 0...15
    case .uint8: 0...255
    case .uint16: 0...65_535
    case .uint32: 0...4_294_967_295
    case .uint64: 0...0x1p64
    case .int2: -2...1
    case .int4: -8...7
    case .int8: -128...127
    case .int16: -32_768...32_767
    case .int32: -2_147_483_648...2_147_483_647
    case .int64: -0x1p63...0x1p63
    default: nil
    }
  }

  /// How many bits an integer of this type has.
  var integerBitCount: Int? {
    switch self {
    case .bool: 1
    case .uint2, .int2: 2
    case .uint4, .int4: 4
    case .uint8, .int8: 8
    case .uint16, .int16: 16
    case .uint32, .int32: 32
    case .uint64, .int64: 64
    default: nil
    }
  }

  var isSigned: Bool { integerRange.map { $0.lowerBound < 0 } ?? true }

  /// What becomes of a number that is stored as a real number of this type, saturating where the type asks for it.
  func format(saturates: Bool = true) -> NumberFormat? {
    switch self {
    case .float16: .half
    case .bfloat16: .brain
    case .float8e4m3fn:
      .init(exponentBits: 4, fractionBits: 3, bias: 7, specials: .notANumberOnly, saturates: saturates)
    case .float8e4m3fnuz:
      .init(exponentBits: 4, fractionBits: 3, bias: 8, specials: .negativeZeroIsNaN, saturates: saturates)
    case .float8e5m2: .init(exponentBits: 5, fractionBits: 2, bias: 15, specials: .ieee, saturates: saturates)
    case .float8e5m2fnuz:
      .init(exponentBits: 5, fractionBits: 2, bias: 16, specials: .negativeZeroIsNaN, saturates: saturates)
    case .float4e2m1: .init(exponentBits: 2, fractionBits: 1, bias: 1, specials: .none, saturates: true)
    case .float6e2m3: .init(exponentBits: 2, fractionBits: 3, bias: 1, specials: .none, saturates: true)
    case .float6e3m2: .init(exponentBits: 3, fractionBits: 2, bias: 3, specials: .none, saturates: true)
    default: nil
    }
  }

  /// The number as an element of this type: real numbers rounded, integers cut to the type's bits.
  ///
  /// - Throws: `ImportFailure` for an integer of which more digits would be needed than are kept.
  func element(_ number: Double) throws(ImportFailure) -> Double {
    if isFloatingPoint {
      switch self {
      case .float64: return number
      case .float32: return Double(Float(number))
      default: return format().map { Double($0.rounded(Float(number))) } ?? number
      }
    }
    if self == .bool { return number == 0 ? 0 : 1 }
    guard let range = integerRange, let bits = integerBitCount else {
      throw .unsupported("elements of type \(self) are not supported")
    }
    if bits < 64, range.contains(number) { return number }
    guard number.magnitude <= 0x1p53 else { throw .imprecise }
    return truncated(Int64(number))
  }

  /// The low bits of an integer as an element of this type.
  func truncated(_ number: Int64) -> Double {
    guard let bits = integerBitCount, bits < 64 else {
      return self == .uint64 ? Double(UInt64(bitPattern: number)) : Double(number)
    }
    let shift = 64 - bits
    return isSigned
      ? Double((number << shift) >> shift)
      : Double((UInt64(bitPattern: number) << UInt64(shift)) >> UInt64(shift))
  }
}

extension ImportFailure {
  static let imprecise = ImportFailure.unsupported("integers beyond 2^53 are not supported")
}
