import SaliencyCore

extension Reduction: ONNXExportable {
  func export(_ node: NodeExport) -> String {
    switch function {
    case .sum: node.reduced("ReduceSum", node.inputs[0], axes, operandSince: 13)
    case .mean: node.reduced("ReduceMean", node.inputs[0], axes, operandSince: 18)
    }
  }
}

extension MinMaxReduction: ONNXExportable {
  func export(_ node: NodeExport) -> String {
    node.reduced(isMaximum ? "ReduceMax" : "ReduceMin", node.inputs[0], axes, operandSince: 18)
  }
}

extension CumulativeSum: ONNXExportable {
  func export(_ node: NodeExport) -> String {
    node.add(
      "CumSum", [node.inputs[0], node.integers([axis])],
      ["exclusive": isExclusive ? 1 : 0, "reverse": isReversed ? 1 : 0])
  }
}

extension Softmax: ONNXExportable {
  func export(_ node: NodeExport) -> String { node.add("Softmax", node.inputs, ["axis": .integer(axis)]) }
}

extension LogSoftmax: ONNXExportable {
  func export(_ node: NodeExport) -> String { node.add("LogSoftmax", node.inputs, ["axis": .integer(axis)]) }
}

extension TopKIndices: ONNXExportable {
  func export(_ node: NodeExport) -> String {
    let results = node.document.add(
      "TopK", [node.inputs[0], node.integers([count])],
      ["axis": .integer(axis), "largest": isDescending ? 1 : 0, "sorted": 1], results: 2, name: node.name)
    return node.numbers(results[1])
  }
}
