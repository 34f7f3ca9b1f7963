/// The cell of a gated recurrent unit, with the state h (Cho et al. 2014).
///
/// With the gates x_z, x_r, x_h of the projected input, which has the bias already:
///
///     z = f(x_z + h·R_z)   h′ = z ⊙ h + (1 − z) ⊙ g(x_h + (r ⊙ h)·R_h)
///     r = f(x_r + h·R_r)
///
/// Where the reset comes after the product, as in cuDNN, the candidate is g(x_h + r ⊙ (h·R_h + b_h)).
package struct GatedRecurrentCell {
  package enum Gate: CaseIterable, Sendable { case update, reset, candidate }

  /// R, [units, 3 · units].
  package let kernel: Value
  /// What is added to h·R, [3 · units], where the reset comes after the product; bias that the reset does not touch
  /// may be part of the projected input as well.
  package var recurrentBias: Value?
  /// The order of the gates in the kernel, in the bias and in the projected input.
  package var order: [Gate]
  package let resetsAfterProduct: Bool
  /// f, of the gates.
  package var gateActivation: (Value) -> Value
  /// g, of the candidate for the state.
  package var candidateActivation: (Value) -> Value
  /// Where what goes into f and g is cut off, at plus and minus this.
  package var clip: Float?
  /// The parts of the kernel, where they are multiplied one by one.
  private let kernels: [Value]

  package init(
    kernel: Value, recurrentBias: Value? = nil, order: [Gate], resetsAfterProduct: Bool,
    gateActivation: @escaping (Value) -> Value, candidateActivation: @escaping (Value) -> Value
  ) {
    precondition(order.count == 3 && Set(order).count == 3, "each gate stands once")
    precondition(recurrentBias == nil || resetsAfterProduct, "before the product there is no bias to add")
    self.kernel = kernel
    kernels = resetsAfterProduct ? [] : kernel.gates(3)
    self.recurrentBias = recurrentBias
    self.order = order
    self.resetsAfterProduct = resetsAfterProduct
    self.gateActivation = gateActivation
    self.candidateActivation = candidateActivation
  }

  /// A step; the one state is h.
  package func callAsFunction(_ input: Value, _ states: [Value]) -> [Value] {
    let hidden = states[0]
    let inputs = input.gates(3)
    func position(_ gate: Gate) -> Int { order.firstIndex(of: gate)! }
    func gate(_ gate: Gate, _ recurrent: Value) -> Value {
      gateActivation((inputs[position(gate)] + recurrent).clipped(clip))
    }
    let update: Value
    let candidate: Value
    if resetsAfterProduct {
      let products = hidden.projected(by: kernel, bias: recurrentBias).gates(3)
      update = gate(.update, products[position(.update)])
      candidate = gate(.reset, products[position(.reset)]) * products[position(.candidate)]
    } else {
      update = gate(.update, hidden.applying(MatrixProduct(), kernels[position(.update)]))
      let reset = gate(.reset, hidden.applying(MatrixProduct(), kernels[position(.reset)]))
      candidate = (reset * hidden).applying(MatrixProduct(), kernels[position(.candidate)])
    }
    let proposed = candidateActivation((inputs[position(.candidate)] + candidate).clipped(clip))
    return [update * hidden + (1 - update) * proposed]
  }
}
