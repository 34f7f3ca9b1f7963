import SaliencyCore

extension MethodContext {
  /// The layers of a method of the CAM family: those that are named, or the last that lies over the picture.
  ///
  /// - Throws: `SaliencyError` where the attribution is for no picture, or a layer does not lie over it.
  func activationLayers(_ references: [LayerReference]) throws(SaliencyError) -> [ActivationLayer] {
    let geometry = try pictureGeometry()
    let usual = head?.feedingLayer(of: network, geometry) ?? geometry.layers(before: explained).usual
    guard !references.isEmpty else {
      guard let usual else {
        throw SaliencyError(
          .invalidSetting,
          "no layer on the way to what is explained has a height and width or a grid of tokens; class activation maps need one"
        )
      }
      note(usual.layer)
      return [usual]
    }
    let advice = "; the last layer that does is '\(usual?.layer.name.printable() ?? "none")'"
    return try references.map { reference throws(SaliencyError) in
      let layer = try network.layer(reference)
      let name = "layer '\(layer.name.printable())' gives \(layer.shape.text)"
      guard let grid = geometry.grid(of: layer) else {
        let isTokens = layer.shape.count == 3 && layer.shape[0] == input.shape[0]
        throw SaliencyError(
          .invalidSetting,
          name
            + (isTokens
              ? ": its \(layer.shape[1]) tokens are no grid over the picture, with up to 5 tokens in front of it"
              : ", which does not lie over the picture with a height and width") + advice)
      }
      let activation = (value: builder.value(at: layer.node), name: "layer '\(layer.name.printable())'")
      try requireDependence(of: activation.value, activation.name)
      try explained.requirePath(from: activation, in: network, name: "what is explained")
      note(layer)
      return ActivationLayer(layer: layer, grid: grid)
    }
  }

  /// How the network's layers lie over its picture.
  ///
  /// - Throws: `SaliencyError` where the attribution is for no picture.
  func pictureGeometry() throws(SaliencyError) -> PictureGeometry {
    guard channelAxis != nil, source.index == input.index, let geometry = PictureGeometry(network) else {
      throw SaliencyError(
        .invalidInput,
        "class activation maps are for pictures; an input or layer of \(source.shape.text) has no map of its own"
      )
    }
    return geometry
  }

  /// A map of batch×1×height×width in the size and layout of the picture, interpolated linearly between the middles of its elements.
  func stretched(_ map: Value) -> Value {
    let isFirst = channelAxis == 1
    let size = Array(isFirst ? source.shape[2...3] : source.shape[1...2])
    let rule = ResamplingRule(filter: .linear, coordinates: .halfPixel)
    var result = map
    for (axis, extent) in zip([2, 3], size) where result.shape[axis] != extent {
      let input = result.shape[axis]
      let matrix = rule.matrix(.init(input: input, output: extent, scale: Float(extent) / Float(input)))
      result = result.multiplied(along: axis, by: matrix)
    }
    return isFirst ? result : result.transposed([0, 2, 3, 1])
  }
}
