package import SaliencyCore

/// An operation whose reference is a function of two numbers, with broadcasting.
package protocol BinaryReference: ReferenceEvaluated {
  /// The function.
  func reference(_ a: Double, _ b: Double) -> Double
}

extension BinaryReference {
  /// The function of each pair of elements that broadcasting brings together.
  package func reference(_ operands: [ReferenceTensor], shape: Shape) -> ReferenceTensor {
    let (left, right) = (operands[0], operands[1])
    let offsets = zip(left.shape.offsets(broadcastTo: shape), right.shape.offsets(broadcastTo: shape))
    return ReferenceTensor(shape, offsets.map { reference(left.values[$0], right.values[$1]) })
  }
}

extension Addition: BinaryReference {
  package func reference(_ a: Double, _ b: Double) -> Double { a + b }
}

extension Division: BinaryReference {
  package func reference(_ a: Double, _ b: Double) -> Double { a / b }
}

extension Maximum: BinaryReference {
  package func reference(_ a: Double, _ b: Double) -> Double { a > b ? a : b }
}

extension Minimum: BinaryReference {
  package func reference(_ a: Double, _ b: Double) -> Double { a < b ? a : b }
}

extension Multiplication: BinaryReference {
  package func reference(_ a: Double, _ b: Double) -> Double { a * b }
}

extension Subtraction: BinaryReference {
  package func reference(_ a: Double, _ b: Double) -> Double { a - b }
}

extension Gate: BinaryReference {
  package func reference(_ a: Double, _ b: Double) -> Double {
    Double(lower) < b && b < Double(upper) ? a : 0
  }
}
