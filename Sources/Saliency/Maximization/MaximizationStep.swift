public import SaliencyCore
public import SaliencyImage

/// What ``ActivationMaximization`` has reached before one of its steps.
public struct MaximizationStep: Sendable {
  /// A regularizer and its value.
  public struct Term: Sendable, Hashable {
    /// What the regularizer is called.
    public let name: String
    /// What its value is multiplied by.
    public let weight: Float
    /// Its value.
    public let value: Double
  }

  /// The number of the step, counted from 0 through all octaves.
  public let index: Int
  /// How many steps there will be.
  public let count: Int
  /// The number of the octave, counted from 0.
  public let octave: Int
  /// What is maximized, of the input as it was moved at random: the sum of the units of the target, or the weighted sum of the losses.
  public let activation: Double
  /// The regularizers with their values.
  public let terms: [Term]
  /// What is minimized: the regularizers' weighted values less the activation.
  public var loss: Double { terms.reduce(-activation) { $0 + Double($1.weight) * $1.value } }

  let canvas: Tensor
  let form: CanvasForm

  /// The input as an image; nil where it is none.
  public var image: Image? { form.image(of: canvas) }
}

/// An input that ``ActivationMaximization`` found.
public struct MaximizedInput: Sendable {
  /// The input as the network takes it. After several octaves it has the last one's height and width, which are larger than the network's.
  public let input: Tensor
  /// The input as an image, rounded to 8 bits; nil where it is none.
  public let image: Image?
  /// What is maximized, of the input as it is: the sum of the units of the target, or the weighted sum of the losses; the mean over windows of the
  /// network's size where the input is larger.
  public let activation: Double
  /// The units that were maximized with their scores for the input; empty where losses were.
  public let units: [Attribution.Unit]
  /// The layer whose units were maximized, or the names of the losses.
  public let layer: String
  /// The regularizers with their values for the input.
  public let terms: [MaximizationStep.Term]
  /// What was maximized, before each step.
  public let activations: [Double]
  /// What was minimized, before each step: the regularizers' weighted values less the activation.
  public let losses: [Double]
}
