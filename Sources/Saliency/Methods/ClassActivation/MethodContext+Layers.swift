import SaliencyCore

extension MethodContext {
  /// The layers of a method of the CAM family: those that are named, or the last that lies over the input.
  ///
  /// - Throws: `SaliencyError` where the input has no places, or a layer does not lie over them.
  func activationLayers(_ references: [LayerReference]) throws(SaliencyError) -> [ActivationLayer] {
    let geometry = try placeGeometry()
    let defaultLayer =
      head?.feedingLayer(of: network, geometry)
      ?? geometry.defaultLayer(before: explained, hasHead: explainsOutput)
    guard !references.isEmpty else {
      guard let defaultLayer else { throw noLayer(geometry) }
      note(defaultLayer.layer)
      return [defaultLayer]
    }
    let advice =
      defaultLayer.map { "; the last layer that does is '\($0.layer.name.printable())'" }
      ?? Self.candidates(geometry)
    return try references.map { reference throws(SaliencyError) in
      let layer = try network.layer(reference)
      let activation = (value: builder.value(at: layer.node), name: "layer '\(layer.name.printable())'")
      try requireDependence(of: activation.value, activation.name)
      guard let grid = geometry.grid(of: layer) else {
        throw SaliencyError(
          .invalidSetting,
          "layer '\(layer.name.printable())' gives \(layer.shape.text), of which nothing shows that it lies over the places of the input, "
            + placeText + advice)
      }
      try explained.requirePath(from: activation, in: network, name: "what is explained")
      note(layer)
      return ActivationLayer(layer: layer, grid: grid)
    }
  }

  private func noLayer(_ geometry: PlaceGeometry) -> SaliencyError {
    SaliencyError(
      .invalidSetting,
      "no layer before what is explained lies over the places of the input, \(placeText), and has other numbers than the answer itself"
        + Self.candidates(geometry))
  }

  /// The last layers that may be named, as the end of a sentence.
  private static func candidates(_ geometry: PlaceGeometry) -> String {
    let names = geometry.all.suffix(4).map { "'\($0.layer.name.printable())'" }
    return names.isEmpty
      ? "; class activation maps need one, so take a method of another kind, such as gradient"
      : "; name one with layer=, such as \(names.joined(separator: ", "))"
  }

  private var placeText: String { places.map { attributionTarget.shape[$0] }.text }

  /// The axes of the attribution target along which its places lie.
  private var places: [Int] { network.placeAxes(inputRoles, channelAxis: channelAxis) }

  /// How the network's layers lie over the places of its input.
  ///
  /// - Throws: `SaliencyError` where the attribution is not for the input, or the input has no places.
  func placeGeometry() throws(SaliencyError) -> PlaceGeometry {
    guard attributionTarget.index == input.index, !places.isEmpty else {
      throw SaliencyError(
        .invalidInput,
        "class activation maps are for images, signals and volumes; an input or layer of \(attributionTarget.shape.text) has no map of its own"
      )
    }
    return PlaceGeometry(network, placeAxes: places)
  }

  /// A map of batch×1×cells, with an axis for each axis of the input's places, in the size and layout of the input, interpolated linearly between
  /// the middles of its cells.
  func stretched(_ map: Value) -> Value {
    let rule = ResamplingRule(filter: .linear, coordinates: .halfPixel)
    var result = map
    for (position, place) in places.enumerated() {
      let (axis, extent) = (2 + position, attributionTarget.shape[place])
      let input = result.shape[axis]
      guard input != extent else { continue }
      let matrix = rule.matrix(.init(input: input, output: extent, scale: Float(extent) / Float(input)))
      result = result.multiplied(along: axis, by: matrix)
    }
    guard let channelAxis else {
      return result.reshaped(to: [result.shape[0]] + result.shape.dropFirst(2))
    }
    guard channelAxis > 1 else { return result }
    let axes = Array(2..<2 + places.count)
    return result.transposed([0] + axes[..<(channelAxis - 1)] + [1] + axes[(channelAxis - 1)...])
  }

  /// The input, or something of its shape, as batch×channels×places.
  func arrangedByPlaces(_ value: Value) -> Value {
    guard let channelAxis else {
      return value.reshaped(to: [value.shape[0], 1] + value.shape.dropFirst())
    }
    guard channelAxis > 1 else { return value }
    return value.transposed([0, channelAxis] + places)
  }
}
