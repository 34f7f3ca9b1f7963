import SaliencyCore

/// The units that a target may name: those of the network's output or of a layer.
struct ExplainedUnits {
  /// What is explained, batch×units.
  let units: Value
  /// The numbers of the same units before a final activation, which choose the best of them.
  let scores: Value
  /// The probabilities of the same units; nil where there are none.
  let probabilities: Value?
  /// What the units are, for reports.
  let explained: Explained

  /// Which value of the network is explained.
  struct Explained: Sendable, Hashable {
    var layer: String
    var side: OutputSide
    /// Whether that is the network's output, and no layer in its middle.
    var isOutput = true
    /// Whether the units are the network's classes, which labels name, before or after the final activation.
    var areClasses = true
    /// What stands between the score and the probability, such as "Softmax"; nil where there is nothing.
    var finalActivation: String?
    /// Whether that was added because the network ends without one.
    var isActivationAdded = false
    /// The axis along which a layer's units lie, where it has more axes than batch and units.
    var unitAxis: Int?
  }

  /// The units of `layer`, or of the network's output where it is nil or gives just that.
  init(_ network: Network, _ builder: GraphBuilder, layer: Network.Layer?, side: OutputSide) throws {
    let output = network.outputs[0]
    var explained = Explained(layer: layer?.name ?? output.name, side: side)
    let ends = FinalActivation(of: builder.value(at: output.node))
    if let layer, layer.node != output.node {
      explained.isOutput = false
      explained.areClasses = layer.node == ends.score.index
      explained.unitAxis = network.channelAxis(of: layer)
      units = try Self.units(of: builder.value(at: layer.node), axis: explained.unitAxis ?? 1)
      (scores, probabilities) = (units, nil)
      self.explained = explained
      return
    }
    let axis = network.channelsAreLast ? max(ends.score.shape.count - 1, 0) : 1
    scores = try Self.units(of: ends.score, axis: axis)
    var after = try ends.probability.map { try Self.units(of: $0, axis: axis) }
    explained.finalActivation = ends.name
    if after == nil, ends.score.shape.count <= 2, scores.shape[1] > 1 {
      after = scores.applying(Softmax(axis: 1))
      explained.finalActivation = Softmax.name
      explained.isActivationAdded = true
    }
    probabilities = after
    switch side {
    case .score: units = scores
    case .probability:
      guard let after else {
        throw SaliencyError(
          .invalidSetting,
          "the network ends without softmax or sigmoid, and its output is no list of classes; explain its score"
        )
      }
      units = after
    }
    self.explained = explained
  }

  /// One number a unit: batch×units, where a unit with spatial axes becomes its mean over them.
  private static func units(of value: Value, axis: Int) throws -> Value {
    let shape = value.shape
    switch shape.count {
    case 0: return value.reshaped(to: [1, 1])
    case 1: return value.reshaped(to: [1, shape[0]])
    case 2: return value
    default:
      let axes = (1..<shape.count).filter { $0 != axis }
      return value.mean(axes).reshaped(to: [shape[0], shape[axis]])
    }
  }
}
