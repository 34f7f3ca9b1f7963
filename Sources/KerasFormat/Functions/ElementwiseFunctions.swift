import FileAccess
import SaliencyCore

extension OperationTable {
  static let elementwise: [String: Body] = [
    "Add": binary { a, b in a + b },
    "Subtract": binary { a, b in a - b },
    "Multiply": binary { a, b in a * b },
    "Divide": binary { a, b in a / b },
    "TrueDivide": binary { a, b in a / b },
    "FloorDivide": binary { a, b in (a / b).applying(Rounding(.down)) },
    "Power": { call throws(LayerFailure) in
      let (base, exponent) = (try call.operand(0, "x1"), try call.operand(1, "x2"))
      if exponent.shape.isEmpty, let constant = (exponent.node.operation as? Constant)?.tensor {
        return [base.power(constant.values[0])]
      }
      return [base.applying(Exponentiation(), exponent)]
    },
    "Maximum": { call throws(LayerFailure) in
      // max(x, 0) is a rectifier, whoever wrote it so.
      let (a, b) = (try call.operand(0, "x1"), try call.operand(1, "x2"))
      for (zero, value) in [(a, b), (b, a)] where zero.shape.isEmpty && !value.isConstant {
        if (zero.node.operation as? Constant)?.tensor.values == [0] { return [value.rectified()] }
      }
      return [a.applying(SaliencyCore.Maximum(), b)]
    },
    "Minimum": binary { a, b in a.applying(SaliencyCore.Minimum(), b) },
    "Mod": binary { a, b in a - b * (a / b).applying(Rounding(.down)) },
    "Greater": binary { a, b in a.applying(Comparison(.greater), b) },
    "GreaterEqual": binary { a, b in a.applying(Comparison(.greaterOrEqual), b) },
    "Less": binary { a, b in a.applying(Comparison(.less), b) },
    "LessEqual": binary { a, b in a.applying(Comparison(.lessOrEqual), b) },
    "Equal": binary { a, b in a.applying(Comparison(.equal), b) },
    "NotEqual": binary { a, b in 1 - a.applying(Comparison(.equal), b) },
    "LogicalAnd": binary { a, b in a.truth * b.truth },
    "LogicalOr": binary { a, b in a.truth.applying(SaliencyCore.Maximum(), b.truth) },
    "LogicalNot": unary { 1 - $0.truth },
    "Where": { call throws(LayerFailure) in
      let condition = try call.operand(0, "condition").truth
      return [
        condition.applying(Selection(), try call.operand(1, "x1", "x"), try call.operand(2, "x2", "y"))
      ]
    },
    "Negative": unary { -$0 },
    "Absolute": unary { $0.magnitude() },
    "Abs": unary { $0.magnitude() },
    "Exp": unary { $0.applying(Exponential()) },
    "Expm1": unary { $0.applying(Exponential()) - 1 },
    "Log": unary { $0.applying(Logarithm()) },
    "Log1p": unary { ($0 + 1).applying(Logarithm()) },
    "Log2": unary { $0.applying(Logarithm()) * (1 / 0.6931471805599453) },
    "Log10": unary { $0.applying(Logarithm()) * (1 / 2.302585092994046) },
    "Sqrt": unary { $0.applying(SquareRoot()) },
    "Rsqrt": unary { $0.power(-0.5) },
    "Square": unary { $0 * $0 },
    "Reciprocal": unary { $0.power(-1) },
    "Sign": unary { $0.applying(Sign()) },
    "Floor": unary { $0.applying(Rounding(.down)) },
    "Ceil": unary { $0.applying(Rounding(.up)) },
    "Round": unary { $0.applying(Rounding(.nearestEven)) },
    "Sin": unary { $0.applying(Sine()) },
    "Cos": unary { $0.applying(Cosine()) },
    "Tan": unary { $0.applying(Tangent()) },
    "Arcsin": unary { $0.applying(ArcSine()) },
    "Arccos": unary { $0.applying(ArcCosine()) },
    "Arctan": unary { $0.applying(ArcTangent()) },
    "Sinh": unary { $0.applying(HyperbolicSine()) },
    "Cosh": unary { $0.applying(HyperbolicCosine()) },
    "Tanh": unary { $0.applying(HyperbolicTangent()) },
    "Erf": unary { $0.applying(ErrorFunction()) },
    "StopGradient": { call throws(LayerFailure) in
      throw .unsupported("a gradient that is stopped would make the map wrong; it is not supported")
    },
    "Identity": unary { $0 },
    "Copy": unary { $0 },
    "Cast": { call throws(LayerFailure) in
      let type = call.parameter("dtype", 1)?.text ?? "float32"
      guard ["float", "bfloat"].contains(where: type.hasPrefix) else {
        throw .unsupported("a cast to \(type.printable()) is not supported")
      }
      return [try call.operand()]
    },
    "Clip": { call throws(LayerFailure) in
      let (lower, upper) = (
        call.number("x_min", 1) ?? -.greatestFiniteMagnitude,
        call.number("x_max", 2) ?? .greatestFiniteMagnitude
      )
      guard lower <= upper else {
        throw .invalid("the lower bound \(lower) exceeds the upper bound \(upper)")
      }
      let input = try call.operand()
      return [
        lower == 0 && upper > 0
          ? input.applying(Rectifier(ceiling: upper == .greatestFiniteMagnitude ? nil : upper))
          : input.applying(Clamp(lower: lower, upper: upper))
      ]
    },
    "OnesLike": unary { $0.filled(with: 1) },
    "ZerosLike": unary { $0.filled(with: 0) },
    "FullLike": { call throws(LayerFailure) in
      let (like, value) = (try call.operand(), try call.operand(1, "fill_value"))
      guard value.shape.broadcast(with: like.shape) == like.shape else {
        throw LayerFailure(.shapeMismatch, "\(value.shape.text) cannot fill \(like.shape.text)")
      }
      return [value.broadcast(to: like.shape)]
    },
  ]
}

extension Value {
  /// 1 where an element is not 0, else 0.
  fileprivate var truth: Value { magnitude().applying(HeavisideStep()) }

  /// A constant of this value's shape.
  fileprivate func filled(with number: Float) -> Value {
    builder.constant(Tensor(number)).broadcast(to: shape)
  }
}
