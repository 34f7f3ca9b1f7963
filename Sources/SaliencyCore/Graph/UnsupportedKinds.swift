/// What of a model is not supported, in one sentence that names it all, as a format calls its parts.
package enum UnsupportedKinds: Sendable, Hashable {
  /// Nodes with operators, as in ONNX.
  case nodes
  /// Layers of classes, as in Keras.
  case layers

  /// What a part is called.
  package var place: String { self == .nodes ? "node" : "layer" }

  /// Why a part cannot be computed whose kind nobody knows.
  package var reason: String {
    self == .nodes ? "the operator is not supported" : "this class of layers is not supported"
  }

  /// "2 operators are not supported: Foo (node 'a', 'b'), com.x.Bar (node 'c')"
  package func sentence(_ entries: [(name: String, kind: String)]) -> String {
    let byKind = Dictionary(grouping: entries, by: \.kind)
    let parts = byKind.sorted { $0.key < $1.key }.map { kind, entries in
      let names = entries.map { "'\($0.name.printable())'" }
      let shown =
        names.prefix(5).joined(separator: ", ") + (names.count > 5 ? " and \(names.count - 5) more" : "")
      return "\(kind.printable()) (\(place) \(shown))"
    }
    let subject =
      switch (self, parts.count) {
      case (.nodes, 1): "an operator is"
      case (.nodes, let count): "\(count) operators are"
      case (.layers, 1): "a kind of layer is"
      case (.layers, let count): "\(count) kinds of layers are"
      }
    return "\(subject) not supported: " + parts.joined(separator: ", ")
  }
}
