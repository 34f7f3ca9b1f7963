/// What a recurrent layer makes of one step: from the projected input [batch, gates · units] and the states
/// [batch, units], the states after it. The first of them is the layer's output.
package typealias RecurrentCell = (_ input: Value, _ states: [Value]) -> [Value]

/// A recurrent layer's work on a whole sequence.
package struct UnrolledSequence {
  /// The output of each step [batch, units], in the order of the input's steps.
  package let outputs: [Value]
  /// The states after the last step that was taken.
  package let states: [Value]

  /// The outputs as one value [steps, batch, units].
  package var stacked: Value {
    let steps = outputs.map { $0.reshaped(to: [1] + $0.shape) }
    return steps.count == 1 ? steps[0] : steps[0].builder.append(Concatenation(axis: 0), steps)
  }
}

/// What comes out of a step that a mask skips.
package enum SkippedOutput {
  case zero
  /// The output of the step before.
  case previous
}

extension Value {
  /// A sequence [steps, batch, features] times a kernel [features, gates · units], for all steps in one product.
  package func projected(by kernel: Value, bias: Value? = nil) -> Value {
    bias.map { applying(MatrixProduct(), kernel, $0) } ?? applying(MatrixProduct(), kernel)
  }

  /// Takes `cell` over the steps of this sequence [steps, batch, features], one after another.
  ///
  /// - Parameters:
  ///   - states: the states before the first step, each [batch, units].
  ///   - isReversed: whether the last step is the first to be taken.
  ///   - skipped: what comes out of steps that are skipped.
  ///   - mask: for a step a value [batch, 1] of 1 where it is taken and 0 where it is skipped, which leaves the states
  ///     as they are; nil where every sequence takes it.
  package func unrolled(
    from states: [Value], isReversed: Bool = false, skipped: SkippedOutput = .zero,
    mask: (Int) -> Value? = { _ in nil }, cell: RecurrentCell
  ) -> UnrolledSequence {
    let steps = Array(0..<shape[0])
    var outputs = [Value?](repeating: nil, count: steps.count)
    var states = states
    for step in isReversed ? steps.reversed() : steps {
      let input = sliced(axis: 0, from: step, count: 1).reshaped(to: Shape(shape[1...]))
      let next = cell(input, states)
      guard let mask = mask(step) else {
        states = next
        outputs[step] = next[0]
        continue
      }
      let before = states
      states = zip(before, next).map { mask * $1 + (1 - mask) * $0 }
      outputs[step] = skipped == .zero ? mask * next[0] : states[0]
    }
    return UnrolledSequence(outputs: outputs.compactMap { $0 }, states: states)
  }

  /// The value [batch, gates · units] taken apart into its gates [batch, units].
  func gates(_ count: Int) -> [Value] {
    let units = shape[1] / count
    return (0..<count).map { sliced(axis: 1, from: $0 * units, count: units) }
  }

  /// The value, cut to ±`limit` where there is one.
  func clipped(_ limit: Float?) -> Value {
    limit.map { applying(Clamp(lower: -$0, upper: $0)) } ?? self
  }
}
