import SaliencyCore

extension Reshape: ONNXExportable {
  func export(_ node: NodeExport) -> String { node.reshaped(node.inputs[0], to: node.extents) }
  func corresponds(to twin: any Operation) -> Bool { twin is Reshape }
}

extension Broadcast: ONNXExportable {
  func export(_ node: NodeExport) -> String {
    node.add("Expand", [node.inputs[0], node.document.shape(node.extents)])
  }
  func corresponds(to twin: any Operation) -> Bool { twin is Broadcast }
}

extension Transpose: ONNXExportable {
  func export(_ node: NodeExport) -> String {
    node.add("Transpose", node.inputs, ["perm": .integers(permutation)])
  }
}

extension Concatenation: ONNXExportable {
  func export(_ node: NodeExport) -> String { node.add("Concat", node.inputs, ["axis": .integer(axis)]) }
}

extension Padding: ONNXExportable {
  func export(_ node: NodeExport) -> String {
    guard !before.isEmpty else { return node.add("Identity", node.inputs) }
    return node.add("Pad", [node.inputs[0], node.integers(before + after), node.number(value)])
  }
}

extension Slice: ONNXExportable {
  func export(_ node: NodeExport) throws(ExportFault) -> String {
    let axes = starts.indices.filter {
      starts[$0] != 0 || steps[$0] != 1 || node.extents[$0] != node.operands[0].extents[$0]
    }
    guard !axes.isEmpty else { return node.add("Identity", node.inputs) }
    _ = try node.fixed(axes.map { node.extents[$0] }, "what is cut off")
    let ends = axes.map { axis in
      let last = starts[axis] + (counts[axis] - 1) * steps[axis]
      // Walking backwards ends before the first element, which no number of its own stands for.
      return counts[axis] == 0 ? starts[axis] : steps[axis] > 0 ? last + 1 : last > 0 ? last - 1 : Int.min
    }
    return node.add(
      "Slice",
      [
        node.inputs[0], node.integers(axes.map { starts[$0] }), node.integers(ends), node.integers(axes),
        node.integers(axes.map { steps[$0] }),
      ])
  }

  func corresponds(to twin: any Operation) -> Bool {
    guard let twin = twin as? Slice else { return false }
    return starts == twin.starts && steps == twin.steps
  }
}

extension SliceScatter: ONNXExportable {
  func export(_ node: NodeExport) throws(ExportFault) -> String {
    let input = node.operands[0]
    var (value, starts) = (input.name, slice.starts)
    let backward = shape.indices.filter { slice.steps[$0] < 0 }
    if !backward.isEmpty {
      value = node.reversed(value, along: backward)
      for axis in backward { starts[axis] += (slice.counts[axis] - 1) * slice.steps[axis] }
    }
    let result = try node.spread(
      value, input.extents, steps: slice.steps.map(abs), before: starts, total: node.extents)
    return result == input.name ? node.add("Identity", [result]) : result
  }

  func corresponds(to twin: any Operation) -> Bool {
    (twin as? SliceScatter).map { slice.corresponds(to: $0.slice) } ?? false
  }
}

extension NodeExport {
  /// The elements in reverse order along some axes.
  func reversed(_ value: String, along axes: [Int]) -> String {
    let backward = integers(axes.map { _ in -1 })
    return add("Slice", [value, backward, integers(axes.map { _ in Int.min }), integers(axes), backward])
  }
}
