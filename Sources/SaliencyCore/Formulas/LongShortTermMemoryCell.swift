/// The cell of a long short-term memory, with states h and c (Hochreiter and Schmidhuber 1997, Gers et al. 2000).
///
/// With the gates x_i, x_f, x_g, x_o of the projected input, which has the bias already, and peepholes p (0 where there are
/// none):
///
///     i = f(x_i + h·R_i + p_i ⊙ c)      c′ = forget ⊙ c + i ⊙ g(x_g + h·R_g)
///     forget = f(x_f + h·R_f + p_f ⊙ c)  h′ = f(x_o + h·R_o + p_o ⊙ c′) ⊙ k(c′)
package struct LongShortTermMemoryCell {
  package enum Gate: CaseIterable, Sendable { case input, forget, candidate, output }

  /// R, [units, 4 · units].
  package var kernel: Value
  /// The order of the gates in the kernel and in the projected input.
  package var order: [Gate]
  /// f, of the gates.
  package var gateActivation: (Value) -> Value
  /// g, of the candidate for the state.
  package var candidateActivation: (Value) -> Value
  /// k, of the state on its way to the output.
  package var outputActivation: (Value) -> Value
  /// p, each [units].
  package var peepholes: [Gate: Value] = [:]
  /// Where what goes into f and g is cut off, at plus and minus this.
  package var clip: Float?
  /// Whether there is no forget gate of its own but 1 − i.
  package var couplesGates = false

  package init(
    kernel: Value, order: [Gate], gateActivation: @escaping (Value) -> Value,
    candidateActivation: @escaping (Value) -> Value, outputActivation: @escaping (Value) -> Value
  ) {
    precondition(order.count == 4 && Set(order).count == 4, "each gate stands once")
    self.kernel = kernel
    self.order = order
    self.gateActivation = gateActivation
    self.candidateActivation = candidateActivation
    self.outputActivation = outputActivation
  }

  /// A step; the states are h and c.
  package func callAsFunction(_ input: Value, _ states: [Value]) -> [Value] {
    let (hidden, memory) = (states[0], states[1])
    let gates = (input + hidden.applying(MatrixProduct(), kernel)).gates(4)
    func gate(_ gate: Gate, seeing memory: Value) -> Value {
      let sum = gates[order.firstIndex(of: gate)!]
      return (peepholes[gate].map { sum + memory * $0 } ?? sum).clipped(clip)
    }
    let entry = gateActivation(gate(.input, seeing: memory))
    let forget = couplesGates ? 1 - entry : gateActivation(gate(.forget, seeing: memory))
    let candidate = candidateActivation(gates[order.firstIndex(of: .candidate)!].clipped(clip))
    let next = forget * memory + entry * candidate
    let output = gateActivation(gate(.output, seeing: next))
    return [output * outputActivation(next), next]
  }
}
