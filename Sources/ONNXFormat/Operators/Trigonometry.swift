import SaliencyCore

extension OperatorTable {
  static let trigonometry: [String: OperatorImport] = [
    "Sin": unary(Sine()), "Cos": unary(Cosine()), "Tan": unary(Tangent()),
    "Asin": unary(ArcSine()), "Acos": unary(ArcCosine()), "Atan": unary(ArcTangent()),
    "Sinh": unary(HyperbolicSine()), "Cosh": unary(HyperbolicCosine()), "Asinh": unary(AreaHyperbolicSine()),
    "Acosh": unary(AreaHyperbolicCosine()), "Atanh": unary(AreaHyperbolicTangent()),
  ]
}
