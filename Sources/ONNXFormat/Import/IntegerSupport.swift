import SaliencyCore

/// Which integers and truth values that are not known at import an operator may be given.
///
/// Those are numbers of single precision in the graph, exact up to 2^24. Moving, comparing and choosing them is as right
/// as with real numbers. Sums of integers of 32 or 64 bits, such as the positions that are counted along a mask, do not
/// come near what would wrap around; other arithmetic would not wrap around or be cut as ONNX demands, so it is refused.
enum IntegerSupport {
  /// None: it is arithmetic that integers would wrap around in, or be cut.
  case none
  /// All: its results are right whatever the elements are.
  case carried
  /// Integers of 32 or 64 bits: its results are right where they are far from the ends of their type.
  case summed
  /// Integers of 32 or 64 bits that truth values multiply.
  case masked
}

extension OperatorDefinition {
  /// Throws where an operand is made of integers that the operator may not be given.
  func checkTypes(of node: NodeImport) throws(ImportFailure) {
    guard integers != .carried else { return }
    let types = node.inputs.compactMap { $0?.type }
    if types.allSatisfy({ [.int32, .int64].contains($0) }) {
      if integers == .summed { return }
      if integers == .masked, try node.allValues().contains(where: \.isTruth) { return }
    }
    for (index, input) in node.inputs.enumerated() {
      guard let input, !input.type.isFloatingPoint else { continue }
      if case .computed = input {
        throw .unsupported("operand \(index + 1), of type \(input.type), depends on the input")
      }
      if index == 0 { throw .unsupported("operands of type \(input.type) are not supported") }
    }
  }

  /// The element type of results for which the import names none.
  func resultType(of node: NodeImport) -> ONNXElementType {
    guard node.inputs.indices.contains(typedBy), let operand = node.inputs[typedBy] else { return .float32 }
    return operand.type
  }
}

extension Value {
  /// Whether the elements are 0 and 1, as a comparison gives them, denied or moved or not.
  fileprivate var isTruth: Bool {
    var value = self
    while true {
      switch value.node.operation {
      case is Comparison, is FloatClassification: return true
      case is Reshape, is Transpose, is Broadcast, is Slice: break
      case let operation as Affine where (operation.scale, operation.offset) == (-1, 1): break
      default: return false
      }
      value = builder.value(at: value.node.operands[0])
    }
  }
}
