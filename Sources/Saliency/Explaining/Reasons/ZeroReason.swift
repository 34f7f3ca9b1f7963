/// Why an attribution is zero everywhere, as far as it can be shown.
public enum ZeroReason: Sendable, Hashable, CustomStringConvertible {
  /// The graph proves that nothing of what is explained is computed from the input.
  case independent
  /// All numbers were negative, and the modifier cut them off.
  case cutOff(modifier: String)
  /// The map of a layer is nowhere above zero before a class activation map keeps what is positive.
  case negative(layer: String)
  /// A layer's activation is 0 at all of its places.
  case inactive(layer: String)
  /// The derivative ends at these layers: rectifiers whose argument is below 0 wherever the score depends on them, or others that are saturated.
  case shut(layers: [String], areRectifiers: Bool)
  /// The derivative is not zero, but the method leaves nothing of it.
  case suppressed(method: String)
  /// The derivative is 0 for this input; the graph does not show where it ends.
  case noSlope
  /// No input that the method tried changed the score.
  case samples
  /// The derivative is 0 at each input that the method tried, or the input equals its baseline.
  case noSlopes(hasBaseline: Bool)
  /// The samples show nothing that the modifier leaves; what it cut off, if anything, is not known.
  case samplesOrCutOff(modifier: String)
  /// Hiding any part costs more by its area than the score falls.
  case hiddenAreaCounts(area: Float)

  /// The reason as the end of a sentence.
  public var description: String {
    switch self {
    case .independent: "nothing that it is made of is computed from what the attribution is for"
    case .cutOff(let modifier):
      "all of its numbers are negative, and modifier '\(modifier)' cuts those off; 'none' shows them"
    case .negative(let layer):
      "the map of layer '\(layer.printable())' is nowhere above zero before its rectifier: what the layer found lowers the score, "
        + "or does not count; hires-cam or an earlier layer may show more"
    case .inactive(let layer): "layer '\(layer.printable())' gives 0 everywhere for this input"
    case .shut(let layers, let areRectifiers):
      "no gradient passes \(layers.map { "'\($0.printable())'" }.joined(separator: ", ")): "
        + (areRectifiers
          ? "wherever the score depends on it, the rectifier is shut for this input"
          : "wherever the score depends on it, it is saturated for this input")
    case .suppressed(let method): "the gradient is not zero, but method '\(method)' leaves nothing of it"
    case .noSlope:
      "the derivative is zero for this input, which does not mean that the score does not depend on it"
    case .samples: "no input that the method tried changed the score"
    case .noSlopes(let hasBaseline):
      "the derivative is zero at each input that the method tried"
        + (hasBaseline ? ", or the input equals the baseline" : "")
    case .samplesOrCutOff(let modifier):
      "no input that the method tried changed the score, or modifier '\(modifier)' cuts off what did; 'none' shows it"
    case .hiddenAreaCounts(let area):
      "hiding no part of the input lowers the score by more than the hidden area counts; a smaller area than \(area.text) may show more"
    }
  }
}
