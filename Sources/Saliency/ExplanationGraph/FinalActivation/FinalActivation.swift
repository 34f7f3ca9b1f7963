import SaliencyCore

/// What stands at the end of a network.
struct FinalActivation {
  /// The output before the activation, in the output's shape; the output itself where there is none.
  let score: Value
  /// The output after it; nil where there is none.
  let probability: Value?
  /// What the activation is called, such as "Softmax"; nil where there is none.
  let name: String?
  /// The axis of the output over which it adds up to 1; nil where it is none that does.
  let axis: Int?

  /// Looks for a softmax or sigmoid, spelled out or not, seen through what only moves, rounds or averages its numbers.
  init(of output: Value) {
    guard let found = ActivationFinder().activation(of: output) else {
      (score, probability, name, axis) = (output, nil, nil, nil)
      return
    }
    score = found.score?() ?? output
    probability = found.isLogarithm ? output.applying(Exponential()) : output
    (name, axis) = (found.name, found.axis)
  }
}
