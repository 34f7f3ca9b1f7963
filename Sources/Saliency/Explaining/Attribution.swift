public import SaliencyCore
public import SaliencyImage

/// How much each element of an input matters, and how that was found out.
public struct Attribution: Sendable {
  /// A unit that was explained.
  public struct Unit: Sendable, Equatable {
    /// The unit's index.
    public let index: Int
    /// The unit's name; nil where no labels were given, or they have none for it.
    public let name: String?
    /// The number before the final softmax or sigmoid.
    public let score: Float
    /// The number after it, nil where there is none.
    public let probability: Float?
  }

  /// What was asked and what was done to answer it.
  public struct Provenance: Sendable {
    /// The model; its name and digest say which.
    public let model: Model
    /// The name of the input that the attribution belongs to.
    public let input: String
    /// Where pictures of that input have their channels.
    public let layout: PictureLayout
    /// The layer or output that was explained.
    public let layer: String
    /// Which side of the final activation was explained.
    public let side: OutputSide
    /// The final activation, such as "Softmax"; nil where there is none.
    public let finalActivation: String?
    /// Whether the network ends without it, so that it was added to give probabilities.
    public let isActivationAdded: Bool
    /// The axis of the layer's result along which its units lie, where that is not plain.
    public let unitAxis: Int?
    /// The method.
    public let method: String
    /// The gradient modifier.
    public let modifier: String
    /// Whether the values have a sign worth showing.
    public let isSigned: Bool
    /// The layers whose derivative the method replaced.
    public let overriddenLayers: [String]
    /// The activations that kept their derivative.
    public let keptActivations: [String]
  }

  /// The signed values, in the input's shape and layout, after the gradient modifier, before any normalisation.
  public let values: Tensor
  /// The explained units, a list for each item of the batch.
  public let units: [[Unit]]
  /// The tensor that was explained.
  public let input: Tensor
  /// The part of the photograph that the network saw, at the network's size; nil where a tensor was given.
  public let photograph: Image?
  /// What was asked and what was done to answer it.
  public let provenance: Provenance
}
