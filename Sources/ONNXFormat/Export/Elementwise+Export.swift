import SaliencyCore

/// An operation on single elements that ONNX has under a name and without attributes.
protocol NamedInONNX: ONNXExportable {
  static var operatorName: String { get }
}

extension NamedInONNX {
  func export(_ node: NodeExport) -> String { node.add(Self.operatorName, node.inputs) }
}

extension Absolute: NamedInONNX { static let operatorName = "Abs" }
extension Addition: NamedInONNX { static let operatorName = "Add" }
extension ArcCosine: NamedInONNX { static let operatorName = "Acos" }
extension ArcSine: NamedInONNX { static let operatorName = "Asin" }
extension ArcTangent: NamedInONNX { static let operatorName = "Atan" }
extension AreaHyperbolicCosine: NamedInONNX { static let operatorName = "Acosh" }
extension AreaHyperbolicSine: NamedInONNX { static let operatorName = "Asinh" }
extension AreaHyperbolicTangent: NamedInONNX { static let operatorName = "Atanh" }
extension Cosine: NamedInONNX { static let operatorName = "Cos" }
extension Division: NamedInONNX { static let operatorName = "Div" }
extension ErrorFunction: NamedInONNX { static let operatorName = "Erf" }
extension Exponential: NamedInONNX { static let operatorName = "Exp" }
extension Exponentiation: NamedInONNX { static let operatorName = "Pow" }
extension HyperbolicCosine: NamedInONNX { static let operatorName = "Cosh" }
extension HyperbolicSine: NamedInONNX { static let operatorName = "Sinh" }
extension HyperbolicTangent: NamedInONNX { static let operatorName = "Tanh" }
extension Logarithm: NamedInONNX { static let operatorName = "Log" }
extension Maximum: NamedInONNX { static let operatorName = "Max" }
extension Minimum: NamedInONNX { static let operatorName = "Min" }
extension Multiplication: NamedInONNX { static let operatorName = "Mul" }
extension Sigmoid: NamedInONNX { static let operatorName = "Sigmoid" }
extension Sign: NamedInONNX { static let operatorName = "Sign" }
extension Sine: NamedInONNX { static let operatorName = "Sin" }
extension Softplus: NamedInONNX { static let operatorName = "Softplus" }
extension SquareRoot: NamedInONNX { static let operatorName = "Sqrt" }
extension Subtraction: NamedInONNX { static let operatorName = "Sub" }
extension Tangent: NamedInONNX { static let operatorName = "Tan" }

extension Affine: ONNXExportable {
  func export(_ node: NodeExport) -> String {
    var value = node.inputs[0]
    if scale == -1, offset == 0 { return node.add("Neg", [value]) }
    if scale == -1 { return node.add("Sub", [node.number(offset), value]) }
    if scale != 1 { value = node.add("Mul", [value, node.number(scale)]) }
    if offset != 0 { value = node.add("Add", [value, node.number(offset)]) }
    return scale == 1 && offset == 0 ? node.add("Identity", [value]) : value
  }
}

extension Clamp: ONNXExportable {
  func export(_ node: NodeExport) -> String {
    guard lower > upper else {
      return node.add("Clip", [node.inputs[0], node.number(lower), node.number(upper)])
    }
    return node.add("Min", [node.add("Max", [node.inputs[0], node.number(lower)]), node.number(upper)])
  }
}

extension ExponentialLinear: ONNXExportable {
  func export(_ node: NodeExport) -> String { node.add("Elu", node.inputs, ["alpha": .number(alpha)]) }
}

extension Rectifier: ONNXExportable {
  func export(_ node: NodeExport) -> String {
    guard let ceiling else { return node.add("Relu", node.inputs) }
    return node.add("Clip", [node.inputs[0], node.number(0), node.number(ceiling)])
  }
}

extension LeakyRectifier: ONNXExportable {
  func export(_ node: NodeExport) -> String { node.add("LeakyRelu", node.inputs, ["alpha": .number(slope)]) }
}

extension Power: ONNXExportable {
  func export(_ node: NodeExport) -> String {
    let base = node.inputs[0]
    return switch exponent {
    case 2: node.add("Mul", [base, base])
    case 0.5: node.add("Sqrt", [base])
    case -1: node.add("Reciprocal", [base])
    default: node.add("Pow", [base, node.number(exponent)])
    }
  }
}

extension HeavisideStep: ONNXExportable {
  func export(_ node: NodeExport) -> String {
    node.numbers(node.add("Greater", [node.inputs[0], node.number(0)]))
  }
}

extension Gate: ONNXExportable {
  func export(_ node: NodeExport) -> String {
    let (value, condition) = (node.inputs[0], node.inputs[1])
    var isOpen: [String] = []
    if lower > -.infinity { isOpen.append(node.add("Greater", [condition, node.number(lower)])) }
    if upper < .infinity { isOpen.append(node.add("Less", [condition, node.number(upper)])) }
    switch isOpen.count {
    case 0: return node.add("Identity", [value])
    case 1: return node.add("Where", [isOpen[0], value, node.number(0)])
    default: return node.add("Where", [node.add("And", isOpen), value, node.number(0)])
    }
  }
}

extension FloatClassification: ONNXExportable {
  func export(_ node: NodeExport) -> String {
    let value = node.inputs[0]
    return switch kind {
    case .notANumber: node.numbers(node.add("IsNaN", [value]))
    case .infinite(let positive, let negative):
      node.numbers(
        node.add(
          "IsInf", [value],
          ["detect_positive": positive ? 1 : 0, "detect_negative": negative ? 1 : 0]))
    case .nonZero:
      node.numbers(node.add("Cast", [value], ["to": .integer(Int(ONNXElementType.bool.rawValue))]))
    }
  }
}

extension Rounding: ONNXExportable {
  func export(_ node: NodeExport) -> String {
    let value = node.inputs[0]
    return switch direction {
    case .down: node.add("Floor", [value])
    case .up: node.add("Ceil", [value])
    case .nearestEven: node.add("Round", [value])
    case .towardZero:
      node.add("Mul", [node.add("Sign", [value]), node.add("Floor", [node.add("Abs", [value])])])
    }
  }
}

extension IntegerTruncation: ONNXExportable {
  func export(_ node: NodeExport) throws(ExportFault) -> String {
    let type: ONNXElementType? =
      switch (bitCount, isSigned) {
      case (8, true): .int8
      case (8, false): .uint8
      case (16, true): .int16
      case (16, false): .uint16
      case (32, true): .int32
      case (32, false): .uint32
      case (63..., _): .int64
      default: nil
      }
    guard let type else { throw .inexpressible("there are no integers of \(bitCount) bits") }
    // Through 64 bits, as what exceeds a type is cut off and not undefined.
    var value = node.add("Cast", node.inputs, ["to": .integer(Int(ONNXElementType.int64.rawValue))])
    if type != .int64 { value = node.add("Cast", [value], ["to": .integer(Int(type.rawValue))]) }
    return node.numbers(value)
  }
}

extension FormatRounding: ONNXExportable {
  func export(_ node: NodeExport) throws(ExportFault) -> String {
    let type: ONNXElementType
    switch format {
    case .half: type = .float16
    case .brain: type = .bfloat16
    default: throw .inexpressible("rounding to numbers of 8 bits and less has no counterpart")
    }
    return node.numbers(node.add("Cast", node.inputs, ["to": .integer(Int(type.rawValue))]))
  }
}

extension Comparison: ONNXExportable {
  func export(_ node: NodeExport) -> String {
    let kind =
      switch relation {
      case .equal: "Equal"
      case .greater: "Greater"
      case .greaterOrEqual: "GreaterOrEqual"
      case .less: "Less"
      case .lessOrEqual: "LessOrEqual"
      }
    return node.numbers(node.add(kind, node.inputs))
  }
}

extension Selection: ONNXExportable {
  func export(_ node: NodeExport) -> String {
    let condition = node.add(
      "Cast", [node.inputs[0]], ["to": .integer(Int(ONNXElementType.bool.rawValue))])
    return node.add("Where", [condition, node.inputs[1], node.inputs[2]])
  }
}

extension Remainder: ONNXExportable {
  func export(_ node: NodeExport) -> String {
    let remainder = node.add("Mod", node.inputs, ["fmod": 1])
    guard sign == .divisor else { return remainder }
    let zero = node.number(0)
    let hasOtherSign = node.add(
      "Xor", [node.add("Less", [remainder, zero]), node.add("Less", [node.inputs[1], zero])])
    let isZero = node.add("Equal", [remainder, zero])
    return node.add(
      "Where",
      [
        node.add("And", [node.add("Not", [isZero]), hasOtherSign]),
        node.add("Add", [remainder, node.inputs[1]]), remainder,
      ])
  }
}
