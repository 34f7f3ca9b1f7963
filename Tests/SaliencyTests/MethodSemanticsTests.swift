import Saliency
import SaliencyCore
import Testing

/// What the methods do at rectifiers, ties and other activations, on networks small enough to do by hand.
@Suite("Methods on networks done by hand")
struct MethodSemanticsTests {
  /// y₀ has the weights 1, 2, −3, 4, and y₁ the same with the other sign.
  static let rectifiers: [HandQuestion] = [
    HandQuestion(
      "the derivative of a rectifier at 0 is 0", "relu", [0, -1, 2, 5], .units(.unit(0)),
      gives: [0, 0, -3, 4]),
    HandQuestion(
      "guided stops at 0, at inactive units and at negative gradients", "relu", [0, -1, 2, 5],
      .units(.unit(0)), .guided, gives: [0, 0, 0, 4]),
    HandQuestion(
      "rectified passes positive gradients at 0 and at inactive units", "relu", [0, -1, 2, 5],
      .units(.unit(0)), .rectified, gives: [1, 2, 0, 4]),
    HandQuestion(
      "Max with 0 is the same rectifier", "max-with-zero", [0, -1, 2, 5], .units(.unit(0)), .guided,
      gives: [0, 0, 0, 4]),
    HandQuestion(
      "the derivative at 0 of Max with 0 is 0, not a half", "max-with-zero", [0, -1, 2, 5],
      .units(.unit(0)), gives: [0, 0, -3, 4]),
    HandQuestion(
      "the derivative of ReLU6 is 0 at its ceiling and above", "relu6", [6, 7, 5.5, -1], .units(.unit(0)),
      gives: [0, 0, -3, 0]),
    HandQuestion(
      "guided does not pass where ReLU6 is at its ceiling or above", "relu6", [6, 7, 5.5, 1],
      .units(.unit(0)), .guided, gives: [0, 0, 0, 4]),
    HandQuestion(
      "rectified passes positive gradients above the ceiling too", "relu6", [6, 7, 5.5, -1],
      .units(.unit(0)), .rectified, gives: [1, 2, 0, 4]),
    HandQuestion(
      "a rectifier that is called twice is passed twice", "relu-called-twice", [2, 0.5, -1],
      .units(.unit(1)), gives: [1, 0, 0]),
    HandQuestion(
      "guided overrides both calls", "relu-called-twice", [2, 2, 2],
      .units(.unit(0)), .guided, gives: [0, 1, 2]),
    HandQuestion(
      "rectified overrides both calls", "relu-called-twice", [2, 0.5, -1], .units(.unit(0)), .rectified,
      gives: [0, 1, 2]),
    HandQuestion(
      "the gradients of a rectifier's readers are added", "relu-read-twice", [1, -1], .units(.units([0, 1])),
      gives: [-1, 0]),
    HandQuestion(
      "guided rectifies the sum of what arrives, not each part", "relu-read-twice", [1, -1],
      .units(.units([0, 1])), .guided, gives: [0, 0]),
    HandQuestion(
      "rectified rectifies the sum of what arrives, not each part", "relu-read-twice", [1, -1],
      .units(.units([0, 1])), .rectified, gives: [0, 0]),
    HandQuestion(
      "a rectifier behind a convolution and batch normalization has the true derivative", "fused",
      [1, -0.5, -2], shape: [1, 1, 1, 3], .units(.units([0, 1, 2])), gives: [2, 0, 2]),
    HandQuestion(
      "guided overrides a rectifier that is fused into a convolution", "fused", [1, -0.5, -2],
      shape: [1, 1, 1, 3], .units(.units([0, 1, 2])), .guided, gives: [2, 0, 0]),
    HandQuestion(
      "rectified overrides a rectifier that is fused into a convolution", "fused", [1, -0.5, -2],
      shape: [1, 1, 1, 3], .units(.units([0, 1, 2])), .rectified, gives: [2, 2, 2]),
    HandQuestion(
      "a residual branch adds its gradient to the shortcut's", "residual", [1, 1, -1],
      .units(.units([0, 1, 2])), gives: [3, -2, 1]),
    HandQuestion(
      "guided stops the branch and leaves the shortcut", "residual", [1, 1, -1], .units(.units([0, 1, 2])),
      .guided, gives: [3, 1, 1]),
    HandQuestion(
      "rectified passes through the branch's inactive unit", "residual", [1, 1, -1],
      .units(.units([0, 1, 2])), .rectified, gives: [3, 1, 2]),
  ]

  /// y = relu(x) − leaky(x) − silu(x − c) with c = x, where silu has the derivative ½.
  static let others: [HandQuestion] = [
    HandQuestion(
      "leaky rectifiers and SiLUs have their derivative", "other-activations", [-2, 3],
      .units(.units([0, 1])), gives: [-1, -0.5]),
    HandQuestion(
      "guided leaves leaky rectifiers and SiLUs their derivative", "other-activations", [-2, 3],
      .units(.units([0, 1])), .guided, gives: [-1, -0.5]),
    HandQuestion(
      "rectified leaves leaky rectifiers and SiLUs their derivative", "other-activations", [-2, 3],
      .units(.units([0, 1])), .rectified, gives: [0, -0.5]),
    HandQuestion(
      "a rule of one's own overrides leaky rectifiers", "leaky-alone", [1, -1, 1, -1], .units(.unit(0)),
      .custom(
        BackpropRule("guided leaky") { operation, inputs, _, gradient in
          operation is LeakyRectifier ? [gradient.rectified().gated(by: inputs[0], above: 0)] : nil
        }), gives: [1, 0, 0, 0]),
  ]

  static let ties: [HandQuestion] = [
    HandQuestion(
      "the first maximum of a pooling's window has the gradient", "max-pool", [5, 5, 1, 2, 5, 5, 2, 2],
      shape: [1, 1, 2, 4], .units(.units([0, 1])), gives: [1, 0, 0, 1, 0, 0, 0, 0]),
    HandQuestion(
      "a pooling of nothing but what a rectifier stopped has no gradient", "relu-max-pool",
      [-1, -2, -3, -4, -5, -6, -7, -8], shape: [1, 1, 2, 4], .units(.units([0, 1])),
      gives: [0, 0, 0, 0, 0, 0, 0, 0]),
    HandQuestion(
      "rectified leads to the first element where a rectifier stopped all of a window", "relu-max-pool",
      [-1, -2, -3, -4, -5, -6, -7, -8], shape: [1, 1, 2, 4], .units(.units([0, 1])), .rectified,
      gives: [1, 0, 1, 0, 0, 0, 0, 0]),
    HandQuestion(
      "operands of Max that are equal share the gradient", "max", [1, 3, 0], .units(.units([0, 1, 2])),
      gives: [1.5, 2, 1]),
    HandQuestion(
      "of more than two equal operands of Max all have the same share", "max-of-three", [1, 3, 0],
      .units(.units([0, 1, 2])), gives: [2, 3, 1]),
  ]

  @Test("Gradients at rectifiers, ties and other activations", arguments: rectifiers + others + ties)
  func numbers(_ question: HandQuestion) async throws {
    try await question.check()
  }

  @Test("What was overridden and what was kept is reported")
  func report() async throws {
    let other = try await Self.others[1].answer().provenance
    #expect(other.overriddenLayers == ["relu"])
    #expect(other.keptActivations == ["leaky", "sigmoid"])
    let called = try await Self.rectifiers[9].answer().provenance
    #expect(called.overriddenLayers == ["first", "second"])
    let plain = try await Self.rectifiers[0].answer().provenance
    #expect(plain.overriddenLayers.isEmpty && plain.keptActivations == ["r"])
  }
}
