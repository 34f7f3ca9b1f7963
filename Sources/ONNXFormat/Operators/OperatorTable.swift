import SaliencyCore

/// Turns one node into values, one for each of its outputs that is supported.
typealias OperatorImport = @Sendable (NodeImport) throws(ImportFailure) -> [ImportedValue]

/// All operators that can be imported, by name; each family of operators is one file.
enum OperatorTable {
  static let imports: [String: OperatorImport] = {
    let families: [[String: OperatorImport]] = [
      activations, arithmetic, attention, comparisons, constants, conversions, convolutions, layouts, losses,
      matrixProducts, normalizations, paddings, poolings, quantization, recurrences, reductions, resampling,
      sampling, selections, sequences, signals, slices, stateful, trigonometry,
    ]
    return families.reduce(into: [:]) {
      $0.merge($1) { _, _ in preconditionFailure("an operator stands twice") }
    }
  }()

  /// Whether an operator can be imported, be it only where its operands are known numbers.
  static func isKnown(_ name: String) -> Bool {
    imports[name] != nil || folded.contains(name) || controlFlow.contains(name)
  }

  /// The operators that choose what is imported; `GraphImporter` follows them itself.
  static let controlFlow: Set<String> = ["If", "Loop"]

  private static let folded = Set(NodeImport.foldedOperators)

  /// An operator with one operand and one result.
  static func unary(_ operation: any Operation) -> OperatorImport {
    { node throws(ImportFailure) in [.computed(try node.value(0).applying(operation))] }
  }
}
