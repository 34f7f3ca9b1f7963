/// What of a model is not supported, in one sentence that names it all.
package enum UnsupportedKinds {
  /// Why a node cannot be computed whose operator nobody knows.
  package static let reason = "the operator is not supported"
  /// Why a layer cannot be computed whose class nobody knows.
  package static let layerReason = "this class of layers is not supported"

  /// "Lambda (layer 'a', 'b'), Foo (layer 'c')", where `place` is what the names are of.
  package static func list(_ entries: [(name: String, kind: String)], place: String) -> (
    count: Int, text: String
  ) {
    let byKind = Dictionary(grouping: entries, by: \.kind)
    let parts = byKind.sorted { $0.key < $1.key }.map { kind, entries in
      let names = entries.map { "'\($0.name.printable())'" }
      let shown =
        names.prefix(5).joined(separator: ", ") + (names.count > 5 ? " and \(names.count - 5) more" : "")
      return "\(kind.printable()) (\(place) \(shown))"
    }
    return (parts.count, parts.joined(separator: ", "))
  }
}
