public import SaliencyCore

extension Network {
  /// The layer that `text` names: a name, or an index as `inspect` lists them, where −1 is the last.
  ///
  /// - Throws: `SaliencyError` with the nearest names, or with the range of indices.
  public func layer(named text: String) throws(SaliencyError) -> Layer {
    if let layer = layers.first(where: { $0.name == text }) { return layer }
    if let index = Int(text) {
      let count = (layers.compactMap(\.index).max() ?? -1) + 1
      let resolved = index < 0 ? index + count : index
      guard let layer = layers.first(where: { $0.index == resolved }) else {
        throw SaliencyError(
          .unknownTarget,
          0..<count ~= resolved
            ? "layer \(index) has no part in the network's output"
            : "layer \(index) does not exist; layers are counted from 0 to \(count - 1)")
      }
      return layer
    }
    let suggestions = Suggestions.sentence(for: text, in: layers.map(\.name))
    throw SaliencyError(
      .unknownTarget,
      "layer '\(text)' does not exist"
        + (suggestions.isEmpty ? "; 'saliency inspect' lists all \(layers.count)" : suggestions))
  }
}
