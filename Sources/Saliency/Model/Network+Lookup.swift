public import SaliencyCore

extension Network {
  /// The layer that `reference` names.
  ///
  /// Of a layer that is called several times it is the call on the way from the input that is asked about. A number behind the name says
  /// which call is meant: "conv#1", "conv#2".
  ///
  /// - Throws: `SaliencyError` with the nearest names, with the range of indices, with the calls where several are meant, or with what keeps
  ///   the layer from being computed and the layers before that can be asked.
  public func layer(_ reference: LayerReference) throws(SaliencyError) -> Layer {
    switch reference {
    case .index(let index): return try layer(at: index)
    case .name(let name):
      let calls = layers.filter { $0.layerName == name }
      if !calls.isEmpty { return try onTheWay(calls) }
      if let call = layers.first(where: { $0.name == name || "\($0.layerName)#\($0.call)" == name }) {
        return call
      }
      if let blocked = blockedLayers.firstIndex(where: { $0.name == name }) {
        throw SaliencyError(
          .unavailable,
          "layer '\(name.printable())' cannot be computed: " + blockedLayers.obstacles(to: blocked))
      }
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
    let calls = layers.filter { $0.index == resolved }
    guard !calls.isEmpty else {
      throw SaliencyError(
        .unknownTarget,
        0..<count ~= resolved
          ? "layer \(index) has no part in the network's output"
          : "layer \(index) does not exist; layers are counted from 0 to \(count - 1)")
    }
    return try onTheWay(calls)
  }

  /// The one of a layer's calls that stands on the way from the input to the output that is asked.
  ///
  /// - Throws: `SaliencyError` with the calls where none or several of them do.
  private func onTheWay(_ calls: [Layer]) throws(SaliencyError) -> Layer {
    guard calls.contains(where: { $0.call != calls[0].call }) else { return calls[0] }
    let isConstant = graph.isConstant
    let behind = calls.filter { !isConstant[$0.node] }
    var meant = behind
    if behind.count > 1, let output = outputs.first {
      let builder = GraphBuilder(continuing: graph)
      let asked = builder.value(at: output.node)
      let before = behind.filter { !asked.path(from: builder.value(at: $0.node)).isEmpty }
      if !before.isEmpty { meant = before }
    }
    if meant.count == 1 { return meant[0] }
    let input = inputs.first.map { "input '\($0.name.printable())'" } ?? "the input"
    func list(_ calls: [Layer]) -> String {
      calls.map { "'\($0.layerName.printable())#\($0.call)'" }.joined(separator: ", ")
    }
    throw SaliencyError(
      .unknownTarget,
      "layer '\(calls[0].layerName.printable())' is called \(calls.count) times, "
        + (meant.isEmpty
          ? "and none of the calls depends on \(input)"
          : "\(meant.count) of them on the way from \(input); name the one that is meant: \(list(meant))"))
  }

  /// The names of the layers that nodes of the graph belong to, with the number of the call where a layer is called several times.
  func layerNames(of nodes: some Sequence<Int>) -> [String] {
    let several = Set(layers.filter { $0.call > 1 }.map(\.layerName))
    let calls = Dictionary(grouping: layers.filter { several.contains($0.layerName) }, by: \.layerName)
    return nodes.map { index in
      let name = graph.nodes[index].name
      // The nodes of a call stand before the next one's, and end with the call's result.
      let call = calls[name]?.filter { $0.node >= index }.min { $0.node < $1.node }
      return call?.name ?? name
    }
  }

  /// The axis of a layer's result along which its channels or units lie: the last where channels come last and for what
  /// works on tokens, the second elsewhere; nil where there are no axes beside them.
  func channelAxis(of layer: Layer) -> Int? {
    guard layer.shape.count > 2 else { return nil }
    return channelsAreLast || hasUnitsLast(layer) ? layer.shape.count - 1 : 1
  }

  /// Whether a layer is a product with a matrix, or a normalization over the last axis, with scales along it.
  private func hasUnitsLast(_ layer: Layer) -> Bool {
    var node = graph.nodes[layer.node]
    if node.operation is Reshape, node.name == layer.layerName {
      // A product with a vector, whose axis was dropped.
      let source = graph.nodes[node.operands[0]]
      if source.shape.filter({ $0 != 1 }) == node.shape.filter({ $0 != 1 }) { node = source }
    }
    if node.operation.traits.properties.contains(.unitsLast) { return true }
    guard node.operation.traits.properties.contains(.elementwise),
      node.operands.contains(where: {
        graph.nodes[$0].shape != node.shape && graph.nodes[$0].shape.last == node.shape.last
      })
    else { return false }
    var (waiting, seen) = (node.operands, Set<Int>())
    while let next = waiting.popLast() {
      let part = graph.nodes[next]
      guard part.name == layer.layerName, seen.insert(next).inserted else { continue }
      if let reduction = part.operation as? Reduction, reduction.axes.last == part.shape.count - 1 {
        return true
      }
      waiting += part.operands
    }
    return false
  }
}
