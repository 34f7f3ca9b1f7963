extension MethodEntry {
  /// The entry of a method whose only parameter is a layer.
  init(
    _ name: String, _ summary: String,
    layerOf make: @escaping @Sendable (LayerReference?) -> some GraphMethod
  ) {
    self.init(
      name, summary,
      options: [
        .init(
          name: "layer", standard: "last",
          summary: "the layer, by name or index; the last with height and width")
      ]
    ) { options throws(SaliencyError) in
      let layer = options.text("layer")
      return Method(make(layer == "last" ? nil : .name(layer)))
    }
  }
}
