extension MethodEntry.Option {
  /// The option that methods of the CAM family have for their layers.
  static let layers = MethodEntry.Option(
    name: "layer", standard: "last",
    summary: "the layer, by name or index, or several joined by +; the last that lies over the input")
}

extension MethodOptions {
  /// The layers of the option "layer"; none where they are to be found.
  func layers() throws(SaliencyError) -> [LayerReference] {
    let text = text("layer")
    guard text.lowercased() != "last" else { return [] }
    let names = text.split(separator: "+", omittingEmptySubsequences: false).map(\.trimmingSpaces)
    guard !names.contains("") else {
      throw invalid("layer", "a layer's name or index, or several joined by +")
    }
    return names.map { .name($0) }
  }
}

extension MethodEntry {
  /// The entry of a method whose only parameter is its layers.
  init(
    _ name: String, aliases: [String] = [], _ summary: String,
    layersOf make: @escaping @Sendable ([LayerReference]) -> some GraphMethod
  ) {
    self.init(name, aliases: aliases, summary, options: [.layers]) { options throws(SaliencyError) in
      Method(make(try options.layers()))
    }
  }
}
