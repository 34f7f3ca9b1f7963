import LibC
package import SaliencyCore

/// An operation whose reference is a function of one number.
package protocol ElementwiseReference: ReferenceEvaluated {
  /// The function.
  func reference(_ x: Double) -> Double
}

extension ElementwiseReference {
  /// The function of each element.
  package func reference(_ operands: [ReferenceTensor], shape: Shape) -> ReferenceTensor {
    ReferenceTensor(shape, operands[0].values.map(reference))
  }
}

extension Absolute: ElementwiseReference {
  package func reference(_ x: Double) -> Double { x < 0 ? -x : x }
}

extension Affine: ElementwiseReference {
  package func reference(_ x: Double) -> Double { Double(scale) * x + Double(offset) }
}

extension Clamp: ElementwiseReference {
  package func reference(_ x: Double) -> Double { min(max(x, Double(lower)), Double(upper)) }
}

extension ErrorFunction: ElementwiseReference {
  package func reference(_ x: Double) -> Double { erf(x) }
}

extension Exponential: ElementwiseReference {
  package func reference(_ x: Double) -> Double { exp(x) }
}

extension ExponentialLinear: ElementwiseReference {
  package func reference(_ x: Double) -> Double { x > 0 ? x : Double(alpha) * (exp(x) - 1) }
}

extension HeavisideStep: ElementwiseReference {
  package func reference(_ x: Double) -> Double { x > 0 ? 1 : 0 }
}

extension HyperbolicTangent: ElementwiseReference {
  package func reference(_ x: Double) -> Double { tanh(x) }
}

extension LeakyRectifier: ElementwiseReference {
  package func reference(_ x: Double) -> Double { x > 0 ? x : Double(slope) * x }
}

extension Logarithm: ElementwiseReference {
  package func reference(_ x: Double) -> Double { log(x) }
}

extension Power: ElementwiseReference {
  package func reference(_ x: Double) -> Double { pow(x, Double(exponent)) }
}

extension Rectifier: ElementwiseReference {
  package func reference(_ x: Double) -> Double {
    let positive = x > 0 ? x : 0
    return ceiling.map { min(positive, Double($0)) } ?? positive
  }
}

extension Sigmoid: ElementwiseReference {
  package func reference(_ x: Double) -> Double { 1 / (1 + exp(-x)) }
}

extension Sign: ElementwiseReference {
  package func reference(_ x: Double) -> Double { x > 0 ? 1 : x < 0 ? -1 : 0 }
}

extension Softplus: ElementwiseReference {
  package func reference(_ x: Double) -> Double { x > 30 ? x + exp(-x) : log1p(exp(x)) }
}

extension SquareRoot: ElementwiseReference {
  package func reference(_ x: Double) -> Double { x.squareRoot() }
}
