public import SaliencyCore

/// Finer-CAM: Grad-CAM of what tells a class from those like it, Σᵢ pᵢ (y − α yᵢ) / Σᵢ pᵢ over the classes i whose scores are nearest to the
/// score y, with pᵢ their probabilities (Zhang et al., "Finer-CAM: Spotting the Difference Reveals Finer Details for Visual Explanation", 2025).
///
/// As in the authors' code the probabilities are differentiated, too. Of a target of several units y is the sum, and the classes nearest to
/// their mean are compared. Losses have no classes to compare.
public struct FinerCAM: ActivationMapMethod {
  public let name = "finer-cam"
  public let layers: [LayerReference]
  /// The number of classes that the target is compared with.
  public let classes: Int
  /// How much their scores count, α.
  public let strength: Float

  /// - Parameters:
  ///   - layers: the layers whose activations are weighed; the last that lies over the input where there are none.
  ///   - classes: the number of classes that the target is compared with, at most all others.
  ///   - strength: how much their scores count, α.
  /// - Precondition: `classes` is at least 1.
  public init(layers: [LayerReference] = [], classes: Int = 3, strength: Float = 1) {
    precondition(classes >= 1, "`classes` must be at least 1")
    (self.layers, self.classes, self.strength) = (layers, classes, strength)
  }

  public func map(of layer: ActivationPlanes) throws -> Value {
    let gradient = try layer.gradient(seed: try weights(of: layer.context))
    return (gradient.mean(layer.cells) * layer.activations).sum([1])
  }

  /// The derivative of the difference with respect to the scores.
  private func weights(of context: MethodContext) throws -> Value {
    let places = Array(context.explained.shape.indices.dropFirst(2))
    let hasPlaces = !places.isEmpty
    let scores = hasPlaces ? context.explained.mean(places, keepsAxes: false) : context.explained
    let target = hasPlaces ? context.seed.sum(places, keepsAxes: false) : context.seed
    guard scores.shape.count == 2, target.shape == scores.shape, scores.shape[1] > 1 else {
      throw SaliencyError(
        .invalidSetting, "method '\(name)' compares a class with others, and there are none; take grad-cam")
    }
    let (batch, units) = (scores.shape[0], scores.shape[1])
    let own = (scores * target).sum([1])
    // Beyond all others are the classes of the target themselves.
    let far: Float = 1e30
    let distance = (scores - own / target.sum([1])).magnitude() + target * far
    let count = min(classes, units - 1)
    let nearest = distance.applying(TopKIndices(axis: 1, count: count, isDescending: false))
    let isNear = context.builder.constant(Tensor(1)).broadcast(to: [batch, count])
      .applying(AxisScatterAddition(axis: 1, extent: units), nearest)
    let shares = (scores + (isNear - 1) * far).softmax(axis: 1)
    let difference = (shares * (own - scores * strength)).sum([1])
    let one = context.builder.constant(Tensor(1)).broadcast(to: difference.shape)
    return try Differentiation(of: difference, seed: one, withRespectTo: [context.explained]).gradients[0]!
  }

  public var options: [MethodOption] {
    [.layers(layers), .init("classes", classes), .init("strength", strength)]
  }

  static let entry = MethodEntry(
    "finer-cam", "Grad-CAM of what tells a class from the classes most like it",
    options: [
      .layers, .init(name: "classes", standard: "3", summary: "classes that the target is compared with"),
      .init(name: "strength", standard: "1", summary: "how much their scores count"),
    ]
  ) { options throws(SaliencyError) in
    Method(
      FinerCAM(
        layers: try options.layers(), classes: try options.integer("classes", in: 1...1_000_000),
        strength: try options.number("strength", in: -1_000...1_000)))
  }
}
