import SaliencyCore

extension Gather: ONNXExportable {
  func export(_ node: NodeExport) throws(ExportFault) -> String {
    let rows = try node.fixed([node.operands[0].extents[1]], "the rows to gather")[0]
    return node.gathered(node.inputs[0], indices, of: rows)
  }
}

extension ScatterAddition: ONNXExportable {
  func export(_ node: NodeExport) throws(ExportFault) -> String {
    var sources = [Int32](repeating: -1, count: count)
    var isDistinct = true
    for (row, index) in indices.enumerated() where index >= 0 {
      if sources[Int(index)] >= 0 { isDistinct = false }
      sources[Int(index)] = Int32(row)
    }
    // Where no two rows meet it is a gather as well.
    if isDistinct { return node.gathered(node.inputs[0], sources, of: indices.count) }
    // Dropped rows are added into one more, which is cut off.
    var extents = node.extents
    extents[1] = ExportedExtent(count + 1)
    let positions = node.document.integers(
      indices.map { $0 < 0 ? count : Int($0) }, shape: [1, indices.count, 1])
    let everywhere = node.add("Expand", [positions, node.document.shape(node.operands[0].extents)])
    let sum = node.add(
      "ScatterElements", [node.zeros(extents), everywhere, node.inputs[0]],
      ["axis": 1, "reduction": "add"])
    return node.add(
      "Slice", [sum, node.integers([0]), node.integers([count]), node.integers([1]), node.integers([1])])
  }
}

extension NodeExport {
  /// Rows of the middle one of three axes; negative indices are rows of zeros.
  fileprivate func gathered(_ value: String, _ indices: [Int32], of rows: Int) -> String {
    guard indices.contains(where: { $0 < 0 }) else {
      return add("Gather", [value, integers(indices.map(Int.init))], ["axis": 1])
    }
    let padded = add("Pad", [value, integers([0, 0, 0, 0, 1, 0]), number(0)])
    return add("Gather", [padded, integers(indices.map { $0 < 0 ? rows : Int($0) })], ["axis": 1])
  }

  /// Computed positions along an axis as integers, and whether they exist.
  fileprivate func positions(_ value: String, extent: Int) -> (indices: String, exist: String) {
    let last = number(Float(extent - 1))
    let exist = add("And", [add("GreaterOrEqual", [value, number(0)]), add("LessOrEqual", [value, last])])
    let clipped = add("Where", [exist, value, number(0)])
    return (add("Cast", [clipped], ["to": .integer(Int(ONNXElementType.int64.rawValue))]), exist)
  }
}

extension AxisGather: ONNXExportable {
  func export(_ node: NodeExport) throws(ExportFault) -> String {
    let extent = try node.fixed([node.operands[0].extents[axis]], "the axis to gather from")[0]
    let (indices, exist) = node.positions(node.inputs[1], extent: extent)
    let gathered = node.add("GatherElements", [node.inputs[0], indices], ["axis": .integer(axis)])
    return node.add("Where", [exist, gathered, node.number(0)])
  }
}

extension AxisScatterAddition: ONNXExportable {
  func export(_ node: NodeExport) -> String {
    let (indices, exist) = node.positions(node.inputs[1], extent: extent)
    let kept = node.add("Where", [exist, node.inputs[0], node.number(0)])
    return node.add(
      "ScatterElements", [node.zeros(node.extents), indices, kept],
      ["axis": .integer(axis), "reduction": "add"])
  }
}

extension GridSampling: ONNXExportable {
  func export(_ node: NodeExport) -> String {
    let isRenamed = node.operatorSet >= 20
    let mode =
      switch rule.filter {
      case .nearest: "nearest"
      case .linear: isRenamed ? "linear" : "bilinear"
      case .cubic: isRenamed ? "cubic" : "bicubic"
      }
    let border =
      switch rule.border {
      case .zeros: "zeros"
      case .edge: "border"
      case .reflection: "reflection"
      }
    return node.add(
      "GridSample", node.inputs,
      [
        "mode": .text(mode), "padding_mode": .text(border), "align_corners": rule.alignsCorners ? 1 : 0,
      ])
  }
}
