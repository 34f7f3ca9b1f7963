import LibC
package import SaliencyCore

extension Sine: ElementwiseReference {
  package func reference(_ x: Double) -> Double { sin(x) }
}

extension Cosine: ElementwiseReference {
  package func reference(_ x: Double) -> Double { cos(x) }
}

extension Tangent: ElementwiseReference {
  package func reference(_ x: Double) -> Double { tan(x) }
}

extension ArcSine: ElementwiseReference {
  package func reference(_ x: Double) -> Double { asin(x) }
}

extension ArcCosine: ElementwiseReference {
  package func reference(_ x: Double) -> Double { acos(x) }
}

extension ArcTangent: ElementwiseReference {
  package func reference(_ x: Double) -> Double { atan(x) }
}

extension HyperbolicSine: ElementwiseReference {
  package func reference(_ x: Double) -> Double { (exp(x) - exp(-x)) / 2 }
}

extension HyperbolicCosine: ElementwiseReference {
  package func reference(_ x: Double) -> Double { (exp(x) + exp(-x)) / 2 }
}

extension AreaHyperbolicSine: ElementwiseReference {
  package func reference(_ x: Double) -> Double { log(x + (x * x + 1).squareRoot()) }
}

extension AreaHyperbolicCosine: ElementwiseReference {
  package func reference(_ x: Double) -> Double { log(x + (x * x - 1).squareRoot()) }
}

extension AreaHyperbolicTangent: ElementwiseReference {
  package func reference(_ x: Double) -> Double { log((1 + x) / (1 - x)) / 2 }
}
