import SaliencyCore

/// Turns one node into values, one for each of its outputs that is supported.
typealias OperatorImport = @Sendable (NodeImport) throws(ImportFailure) -> [ImportedValue]

/// Imports the subgraphs that a node chooses, in its place.
typealias SubgraphImport = @Sendable (inout GraphImporter, NodeImport) throws(ONNXError) -> [ImportedValue]

/// All that is known of one of ONNX's operators.
struct OperatorDefinition: Sendable {
  /// The operator's name in the standard domain.
  let name: String
  /// The operator set that brought it; 1 for all that are older than the oldest set that is read.
  let since: Int
  /// How many operands it takes, over all operator sets.
  let operands: ClosedRange<Int>
  /// Which integers that are not known at import it may be given.
  let integers: IntegerSupport
  /// The operand whose element type a result has where the import names none.
  let typedBy: Int
  /// How operands of different shapes were given before operator set 7.
  let olderBroadcasting: OlderBroadcasting
  /// Whether an operand may be a sequence of tensors.
  let takesSequences: Bool
  /// Whether it suppresses boxes that overlap, so that its operands are a detector's.
  let suppressesBoxes: Bool
  /// What it tells of an input of the model; nil where nothing behind it tells anything.
  let trace: InputTrace?
  /// How it is worked out where all operands are known numbers.
  let fold: Fold?
  /// How it becomes nodes of the graph; nil where it is supported on known numbers alone, or has subgraphs.
  let importer: OperatorImport?
  /// How its subgraphs are imported.
  let subgraphs: SubgraphImport?

  init(
    _ name: String, since: Int = 1, operands: ClosedRange<Int>, integers: IntegerSupport = .none,
    typedBy: Int = 0, olderBroadcasting: OlderBroadcasting = .none, takesSequences: Bool = false,
    suppressesBoxes: Bool = false, trace: InputTrace? = nil, fold: Fold? = nil,
    import importer: OperatorImport? = nil, subgraphs: SubgraphImport? = nil
  ) {
    self.name = name
    self.since = since
    self.operands = operands
    self.integers = integers
    self.typedBy = typedBy
    self.olderBroadcasting = olderBroadcasting
    self.takesSequences = takesSequences
    self.suppressesBoxes = suppressesBoxes
    self.trace = trace
    self.fold = fold
    self.importer = importer
    self.subgraphs = subgraphs
  }

  /// An operator with one operand and one result that is an operation of ours.
  static func unary(
    _ name: String, _ operation: any Operation, since: Int = 1, integers: IntegerSupport = .none,
    fold: Fold? = nil
  ) -> OperatorDefinition {
    OperatorDefinition(name, since: since, operands: 1...1, integers: integers, fold: fold) {
      node throws(ImportFailure) in [.computed(try node.value(0).applying(operation))]
    }
  }
}

extension OperatorDefinition {
  /// Throws where the node's operator set does not have the operator yet, or where it has a number of operands that the
  /// operator never takes.
  func checkSignature(of node: NodeImport) throws(ImportFailure) {
    guard node.operatorSetVersion >= since else {
      throw .invalid(
        "the operator exists since operator set \(since), and the model is written for "
          + "\(node.operatorSetVersion)")
    }
    // Operands left out at the end may be there as empty names.
    let count = (node.inputs.lastIndex { $0 != nil } ?? -1) + 1
    guard !operands.contains(count) else { return }
    let expected =
      switch operands {
      case _ where operands.upperBound == .max: "at least \(operands.lowerBound)"
      case _ where operands.count == 1: "\(operands.lowerBound)"
      default: "\(operands.lowerBound) to \(operands.upperBound)"
      }
    throw .invalid("it has \(count) operands and takes \(expected)")
  }
}
