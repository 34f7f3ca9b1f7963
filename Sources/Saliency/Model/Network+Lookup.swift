public import SaliencyCore

extension Network {
  /// The layer that `reference` names.
  ///
  /// - Throws: `SaliencyError` with the nearest names, or with the range of indices.
  public func layer(_ reference: LayerReference) throws(SaliencyError) -> Layer {
    switch reference {
    case .index(let index): return try layer(at: index)
    case .name(let name):
      if let layer = layers.first(where: { $0.name == name }) { return layer }
      if let index = Int(name) { return try layer(at: index) }
      let suggestions = Suggestions.sentence(for: name, in: layers.map(\.name))
      throw SaliencyError(
        .unknownTarget,
        "layer '\(name)' does not exist"
          + (suggestions.isEmpty ? "; 'saliency inspect' lists all \(layers.count)" : suggestions))
    }
  }

  private func layer(at index: Int) throws(SaliencyError) -> Layer {
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

  /// The axis of a layer's result along which its channels or units lie: the last where channels come last and for what
  /// works on tokens, the second elsewhere; nil where there are no axes beside them.
  func channelAxis(of layer: Layer) -> Int? {
    guard layer.shape.count > 2 else { return nil }
    let isLast = channelsAreLast || ["MatMul", "Gemm", "LayerNormalization"].contains(layer.kind)
    return isLast ? layer.shape.count - 1 : 1
  }
}
