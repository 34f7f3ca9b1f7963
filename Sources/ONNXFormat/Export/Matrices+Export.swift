import SaliencyCore

extension MatrixProduct: ONNXExportable {
  func export(_ node: NodeExport) -> String {
    let ranks = node.operands.prefix(2).map(\.extents.count)
    if ranks == [2, 2] {
      return node.add(
        "Gemm", node.inputs, ["transA": transposesLeft ? 1 : 0, "transB": transposesRight ? 1 : 0])
    }
    func exchanged(_ position: Int) -> String {
      let rank = ranks[position]
      return node.add(
        "Transpose", [node.inputs[position]],
        ["perm": .integers(Array(0..<rank - 2) + [rank - 1, rank - 2])])
    }
    let product = node.add(
      "MatMul",
      [
        transposesLeft ? exchanged(0) : node.inputs[0], transposesRight ? exchanged(1) : node.inputs[1],
      ])
    return node.inputs.count == 3 ? node.add("Add", [product, node.inputs[2]]) : product
  }
}
