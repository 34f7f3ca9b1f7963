import SaliencyCore

extension DeepLIFT {
  /// What a product or quotient of two activations, or a softmax, hands back so that it adds up; nil for everything else.
  ///
  /// Δ(a b) = b̄ Δa + ā Δb, where a bar is the mean of both ends; Δ(a / b) is the same with 1/b; and a softmax is the quotient of powers eˣ and their
  /// sum.
  static func ofSeveralActivations(
    _ operation: any Operation, _ context: GradientContext, _ twin: BaselineTwin
  ) throws(GraphError) -> [Value?]? {
    if let softmax = operation as? Softmax { return [ofSoftmax(along: softmax.axis, context, twin)] }
    guard context.inputs.count >= 2 else { return nil }
    let (a, b, g) = (context.inputs[0], context.inputs[1], context.gradient)
    let (a0, b0) = (twin.reference(of: a), twin.reference(of: b))
    guard a0.index != a.index, b0.index != b.index else { return nil }
    func mean(_ x: Value, _ x0: Value) -> Value { (x.bounded() + x0.bounded()) / 2 }
    switch operation {
    case is Multiplication, is MatrixProduct:
      return try operation.gradients(
        context.replacing(
          inputs: [mean(a, a0), mean(b, b0)] + context.inputs.dropFirst(2), output: context.output,
          gradient: g))
    case is Division:
      return [
        context.gradient(for: 0) { (g / b + g / b0) / 2 },
        context.gradient(for: 1) { -(g * mean(a, a0) / b / b0) },
      ]
    default: return nil
    }
  }

  private static func ofSoftmax(along axis: Int, _ context: GradientContext, _ twin: BaselineTwin) -> Value {
    // Masks of −∞ have no difference.
    let (x, x0) = (context.inputs[0].bounded(), twin.reference(of: context.inputs[0]).bounded())
    let g = context.gradient
    // The same factor in all powers, so that none overflows.
    let largest = x.maximum(x0).largest([axis])
    let (e, e0) = ((x - largest).exponential(), (x0 - largest).exponential())
    let (sum, sum0) = (e.sum([axis]), e0.sum([axis]))
    let ofPower = (g / sum + g / sum0) / 2
    let ofSum = (g * ((e + e0) / 2)).sum([axis]) / sum / sum0
    let multiplier = ofPower - ofSum
    return (multiplier * (e - e0)).quotient(by: x - x0, else: multiplier * e)
  }
}
