import SaliencyCore

/// The part of the gradient that goes through a unit of a layer: Σ ∂f/∂a · ∂a/∂x over the unit's places a.
struct GradientThroughUnit: GraphMethod {
  let name = "neuron-conductance"
  /// The layer; the last that lies over the input where nil.
  let layer: LayerReference?
  let unit: Int
  /// An index along each of the layer's other axes; all places where empty.
  let place: [Int]

  func attribution(_ context: MethodContext) throws -> Value {
    let layer =
      try layer.map { try context.network.layer($0) } ?? context.activationLayers([])[0].layer
    context.note(layer)
    return try context.gradient(through: layer, at: mask(of: layer, in: context.network))
  }

  /// 1 for the unit's elements and 0 for all others, with a batch of 1.
  private func mask(of layer: Network.Layer, in network: Network) throws(SaliencyError) -> Tensor {
    var shape = layer.shape
    guard !shape.isEmpty else { throw invalid(layer, "is one number, which has no units") }
    let axis = network.channelAxis(of: layer) ?? min(1, shape.count - 1)
    if axis > 0 { shape[0] = 1 }
    let axes = shape.indices.filter { $0 != 0 && $0 != axis }
    guard place.isEmpty || place.count == axes.count else {
      throw invalid(
        layer,
        axes.isEmpty
          ? "has units without places; give the unit alone"
          : "gives \(layer.shape.text), where a place in a unit takes \(axes.count) indices, not \(place.count)"
      )
    }
    var chosen: [Int: Int] = [:]
    for (axis, index) in [(axis, unit)] + Array(zip(axes, place)) {
      let extent = shape[axis]
      guard -extent..<extent ~= index else {
        throw invalid(
          layer,
          "gives \(layer.shape.text), which has no index \(index) along an axis of \(extent); they are counted from 0 to "
            + "\(extent - 1)")
      }
      chosen[axis] = index < 0 ? index + extent : index
    }
    var values = [Float](repeating: 0, count: shape.elementCount)
    for element in values.indices {
      var (rest, isChosen) = (element, true)
      for axis in shape.indices.reversed() {
        if let index = chosen[axis], rest % shape[axis] != index { isChosen = false }
        rest /= shape[axis]
      }
      if isChosen { values[element] = 1 }
    }
    return Tensor(shape: shape, values: values)
  }

  private func invalid(_ layer: Network.Layer, _ reason: String) -> SaliencyError {
    SaliencyError(.unknownTarget, "layer '\(layer.name.printable())' \(reason)")
  }
}
