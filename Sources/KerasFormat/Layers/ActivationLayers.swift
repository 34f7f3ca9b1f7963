import FileAccess
import SaliencyCore

extension LayerTable {
  static let activations: [String: LayerKind] = [
    "Activation": .function { layer throws(LayerFailure) in
      try ActivationFunction(layer.settings["activation"], of: layer)(layer.input())
    },
    "ReLU": .function { layer throws(LayerFailure) in
      let settings = layer.settings
      return try rectified(
        layer.input(), ceiling: settings.numberIfPresent("max_value"),
        slope: settings.number("negative_slope", default: 0),
        threshold: settings.number("threshold", default: 0))
    },
    "LeakyReLU": .function { layer throws(LayerFailure) in
      let slope = try layer.settings.number(
        "negative_slope", default: try layer.settings.number("alpha", default: 0.3))
      return try layer.input().applying(LeakyRectifier(slope: slope))
    },
    "ThresholdedReLU": .function { layer throws(LayerFailure) in
      let input = try layer.input()
      return input.gated(by: input, above: try layer.settings.number("theta", default: 1))
    },
    "PReLU": .function(variables: { _ in .list("alpha") }) { layer throws(LayerFailure) in
      try layer.input().parametricRectifier(slope: try layer.weight("alpha"))
    },
    "ELU": .function { layer throws(LayerFailure) in
      try layer.input().applying(ExponentialLinear(alpha: try layer.settings.number("alpha", default: 1)))
    },
    "Softmax": .function { layer throws(LayerFailure) in
      let input = try layer.input()
      if layer.inputs.count > 1 || layer.keyword("mask") != nil {
        throw .unsupported("a softmax with a mask is not supported")
      }
      let axes = try layer.axes("axis", default: [-1], of: input.shape)
      if axes.count == 1 { return input.applying(Softmax(axis: axes[0])) }
      // All axes at once are one axis at the end.
      let others = input.shape.indices.filter { !axes.contains($0) }
      let order = others + axes
      let moved = input.transposed(order)
      return moved.reshaped(to: others.map { input.shape[$0] } + [axes.reduce(1) { $0 * input.shape[$1] }])
        .applying(Softmax(axis: others.count)).reshaped(to: moved.shape)
        .transposed(order.indices.map { order.firstIndex(of: $0)! })
    },
  ]

  /// max(x, 0), cut at `ceiling`, with a slope below `threshold`.
  private static func rectified(
    _ input: Value, ceiling: Float?, slope: Float, threshold: Float
  ) throws(LayerFailure) -> Value {
    if let ceiling, ceiling < 0 { throw .invalid("max_value \(ceiling) has to be at least 0") }
    if slope == 0, threshold == 0 { return input.applying(Rectifier(ceiling: ceiling)) }
    if threshold == 0, ceiling == nil { return input.applying(LeakyRectifier(slope: slope)) }
    // x above the threshold, cut at the ceiling, and a line of its own below.
    let above = ceiling.map { input.applying(Clamp(lower: -.greatestFiniteMagnitude, upper: $0)) } ?? input
    let isBelow = 1 - (input - threshold).applying(HeavisideStep())
    return above * (1 - isBelow) + (input - threshold) * slope * isBelow
  }
}
