import LibC
import SaliencyCore

extension OperatorTable {
  static let trigonometry: [OperatorDefinition] = [
    .unary("Sin", Sine(), fold: .elementwise(sin)),
    .unary("Cos", Cosine(), fold: .elementwise(cos)),
    .unary("Tan", Tangent()),
    .unary("Asin", ArcSine()),
    .unary("Acos", ArcCosine()),
    .unary("Atan", ArcTangent()),
    .unary("Sinh", HyperbolicSine(), since: 9),
    .unary("Cosh", HyperbolicCosine(), since: 9),
    .unary("Asinh", AreaHyperbolicSine(), since: 9),
    .unary("Acosh", AreaHyperbolicCosine(), since: 9),
    .unary("Atanh", AreaHyperbolicTangent(), since: 9),
  ]
}
