import SaliencyCore

/// All operators that are known; each family is one file, and all about an operator stands in its definition there.
enum OperatorTable {
  /// The families, by the names that `Documentation/Supported.md` gives them.
  static let families: [(name: String, operators: [OperatorDefinition])] = [
    ("activations", activations), ("arithmetic", arithmetic), ("attention", attention), ("bits", bits),
    ("boxes", boxes), ("comparisons and logic", comparisons), ("constants", constants),
    ("control flow", controlFlow), ("conversions", conversions), ("convolutions", convolutions),
    ("layouts", layouts), ("losses", losses), ("matrix products", matrixProducts),
    ("normalizations", normalizations), ("paddings", paddings), ("poolings", poolings),
    ("quantization", quantization), ("rearrangements", rearrangements), ("recurrent layers", recurrences),
    ("reductions", reductions), ("resampling", resampling), ("sampling", sampling), ("scatters", scatters),
    ("selections", selections), ("sequences", sequences), ("signals", signals), ("slices", slices),
    ("trigonometry", trigonometry), ("with a state", stateful),
  ]

  private static let definitions: [String: OperatorDefinition] = families.flatMap(\.operators)
    .reduce(into: [:]) { definitions, definition in
      guard definitions.updateValue(definition, forKey: definition.name) == nil else {
        preconditionFailure("operator \(definition.name) stands twice")
      }
    }

  /// The operator of a name; nil where it is not known.
  static subscript(name: String) -> OperatorDefinition? { definitions[name] }
}
