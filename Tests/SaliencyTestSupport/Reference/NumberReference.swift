import LibC
package import SaliencyCore

extension Rounding: ElementwiseReference {
  package func reference(_ x: Double) -> Double {
    switch direction {
    case .down: floor(x)
    case .up: ceil(x)
    case .towardZero: x < 0 ? ceil(x) : floor(x)
    case .nearestEven: rint(x)
    }
  }
}

extension FormatRounding: ElementwiseReference {
  /// The nearest of all numbers that the format has, listed one by one; of two the one whose last bit is 0.
  package func reference(_ x: Double) -> Double {
    var best: (number: Double, bits: Int) = (0, 0)
    for exponent in 0..<(1 << format.exponentBits) {
      for fraction in 0..<(1 << format.fractionBits) {
        let unit = pow(2, Double(-format.fractionBits))
        let significand = Double(fraction) * unit + (exponent == 0 ? 0 : 1)
        let number = significand * pow(2, Double(max(exponent, 1) - format.bias))
        guard number <= Double(format.largest) else { continue }
        let distance = abs(abs(x) - number) - abs(abs(x) - best.number)
        if distance < 0 || (distance == 0 && fraction % 2 == 0) { best = (number, fraction) }
      }
    }
    return x < 0 ? -best.number : best.number
  }
}

extension IntegerTruncation: ElementwiseReference {
  package func reference(_ x: Double) -> Double {
    let whole = x < 0 ? ceil(x) : floor(x)
    let period = pow(2, Double(bitCount))
    let rest = whole - floor(whole / period) * period
    return isSigned && rest >= period / 2 ? rest - period : rest
  }
}

extension FloatClassification: ElementwiseReference {
  package func reference(_ x: Double) -> Double {
    switch kind {
    case .notANumber: x != x ? 1 : 0
    case .infinite(let positive, let negative):
      (x == .infinity && positive) || (x == -.infinity && negative) ? 1 : 0
    case .nonZero: x == 0 ? 0 : 1
    }
  }
}

extension Comparison: BinaryReference {
  package func reference(_ a: Double, _ b: Double) -> Double {
    let holds =
      switch relation {
      case .equal: a == b
      case .greater: a > b
      case .greaterOrEqual: a >= b
      case .less: a < b
      case .lessOrEqual: a <= b
      }
    return holds ? 1 : 0
  }
}

extension Remainder: BinaryReference {
  package func reference(_ a: Double, _ b: Double) -> Double {
    let quotient = a / b
    return a - b * (sign == .divisor ? floor(quotient) : quotient < 0 ? ceil(quotient) : floor(quotient))
  }
}

extension Exponentiation: BinaryReference {
  package func reference(_ a: Double, _ b: Double) -> Double { pow(a, b) }
}

extension Selection: ReferenceEvaluated {
  /// The second operand where the first is not 0, the third elsewhere.
  package func reference(_ operands: [ReferenceTensor], shape: Shape) -> ReferenceTensor {
    let offsets = operands.map { $0.shape.offsets(broadcastTo: shape) }
    return ReferenceTensor(
      shape,
      offsets[0].indices.map { index in
        let choice = operands[0].values[offsets[0][index]] != 0 ? 1 : 2
        return operands[choice].values[offsets[choice][index]]
      })
  }
}
