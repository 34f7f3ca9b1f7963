/// h′ = f(x + h·R), the cell of Elman's network; x is projected and has the bias already.
package struct SimpleRecurrentCell {
  /// R, [units, units].
  package var kernel: Value
  package var activation: (Value) -> Value
  /// Where what goes into the activation is cut off, at plus and minus this.
  package var clip: Float?

  package init(kernel: Value, clip: Float? = nil, activation: @escaping (Value) -> Value) {
    self.kernel = kernel
    self.clip = clip
    self.activation = activation
  }

  /// A step; the one state is h.
  package func callAsFunction(_ input: Value, _ states: [Value]) -> [Value] {
    [activation((input + states[0].applying(MatrixProduct(), kernel)).clipped(clip))]
  }
}
