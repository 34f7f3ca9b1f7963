import SaliencyCore

/// What an operation is told when it leaves for an ONNX model.
struct NodeExport {
  /// A tensor in the model.
  struct Operand {
    let name: String
    let extents: [ExportedExtent]
  }

  let document: ONNXDocument
  /// The name that the node's ONNX nodes get.
  let name: String
  let operands: [Operand]
  /// The extents of the result.
  let extents: [ExportedExtent]
  /// The names of the operands.
  var inputs: [String] { operands.map(\.name) }
  var operatorSet: Int { document.operatorSet }
  var floatType: ONNXAttribute { .integer(Int(document.floatType.rawValue)) }

  /// Appends a node of one result and returns its name.
  func add(_ kind: String, _ operands: [String], _ attributes: [String: ONNXAttribute] = [:]) -> String {
    document.add(kind, operands, attributes, name: name)[0]
  }

  /// A number as a tensor without axes.
  func number(_ value: Float) -> String { document.constant(Tensor(value), name: "number") }

  func integers(_ values: [Int]) -> String { document.integers(values) }

  /// Zeros and ones as floating-point numbers, from truth values.
  func numbers(_ condition: String) -> String { add("Cast", [condition], ["to": floatType]) }

  /// The elements in another shape.
  func reshaped(_ value: String, to extents: [ExportedExtent]) -> String {
    // One extent may be left to the rest, unless there are no elements to go by.
    if extents.filter({ !$0.isFixed }).count == 1, !extents.contains(ExportedExtent(0)) {
      return add("Reshape", [value, integers(extents.map { $0.isFixed ? $0.fixed : -1 })])
    }
    return add("Reshape", [value, document.shape(extents)])
  }

  /// The extents of an operand that have to be the same for every batch.
  func fixed(_ extents: some Sequence<ExportedExtent>, _ role: String) throws(ExportFault) -> [Int] {
    guard let fixed = Array(extents).fixed else {
      throw .batchDependent("\(role) would depend on the batch")
    }
    return fixed
  }

  /// A reduction, whose axes became an operand in version `version`.
  func reduced(_ kind: String, _ value: String, _ axes: [Int], operandSince version: Int) -> String {
    // No axes mean all of them to ONNX.
    guard !axes.isEmpty else { return add("Identity", [value]) }
    return operatorSet >= version
      ? add(kind, [value, integers(axes)], ["keepdims": 1])
      : add(kind, [value], ["axes": .integers(axes), "keepdims": 1])
  }

  /// Zeros with the extents, as many as there may be.
  func zeros(_ extents: [ExportedExtent]) -> String {
    add("Expand", [number(0), document.shape(extents)])
  }
}

/// An operation that ONNX can express.
protocol ONNXExportable: Operation {
  /// Appends the nodes that compute the result and returns its name.
  func export(_ node: NodeExport) throws(ExportFault) -> String
  /// Whether the operation means the same as one of a graph for another batch, whose extents it takes from the node.
  func corresponds(to twin: any Operation) -> Bool
}

extension ONNXExportable {
  func corresponds(to twin: any Operation) -> Bool { AnyHashable(self) == AnyHashable(twin) }
}
