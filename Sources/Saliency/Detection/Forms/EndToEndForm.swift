import SaliencyCore

/// The best boxes, which the network has chosen itself: corners in pixels, score and number of the class.
///
/// Another input has others in the same rows. So where the graph shows what they were chosen from, that is asked.
struct EndToEndForm: DetectorForm {
  let name = "end-to-end"
  let aliases = ["yolov10", "yolo10", "yolo26"]
  let summary =
    "corners, score and class of the best boxes, in rows of 6 or in three outputs: YOLOv10, RT-DETR with its selection"

  func reading(of outputs: DetectorOutputs, isSaid: Bool) -> DetectorReading? {
    let chosen = chosen(outputs, isSaid: isSaid)
    if let candidates = Candidates(outputs), chosen != nil || outputs.values.isEmpty {
      var head = DetectorHead(
        corners: candidates.boxes,
        ActivatedPart(of: candidates.scores, axis: 1, 0..<candidates.scores.shape[1]),
        sources: [candidates.boxes, candidates.scores])
      (head.isSuppressed, head.isOfEachClass) = (false, true)
      return DetectorReading(head, .proved)
    }
    return chosen
  }

  /// The rows as they are.
  private func chosen(_ outputs: DetectorOutputs, isSaid: Bool) -> DetectorReading? {
    var (boxes, scores, labels): (Value, Value, Value)
    if let rows = outputs.table, rows.shape[2] == 6 {
      let columns = rows.transposed([0, 2, 1])
      guard isSaid || columns.sources(axis: 1, 5..<6) != columns.sources(axis: 1, 4..<5) else { return nil }
      (boxes, scores, labels) = (
        columns.sliced(axis: 1, 0..<4), columns.sliced(axis: 1, 4..<5), columns.sliced(axis: 1, 5..<6)
      )
      guard isSaid || isSelected(labels) else { return nil }
    } else {
      let lists = outputs.values.filter { $0.value.shape.count == 2 }
      guard let table = outputs.table, table.shape[2] == 4, lists.count == 2,
        let label = lists.first(where: {
          $0.name.lowercased().contains("label") || $0.name.lowercased().contains("class")
        }),
        let score = lists.first(where: { $0.name != label.name })
      else { return nil }
      let count = table.shape[1]
      guard label.value.shape == [table.shape[0], count], score.value.shape == label.value.shape else {
        return nil
      }
      let shape = [table.shape[0], 1, count]
      (boxes, scores, labels) = (
        table.transposed([0, 2, 1]), score.value.reshaped(to: shape), label.value.reshaped(to: shape)
      )
      guard isSaid || isSelected(labels) else { return nil }
    }
    var head = DetectorHead(
      corners: boxes, ActivatedPart(of: scores, axis: 1, 0..<1), sources: [boxes, scores])
    (head.labels, head.isSuppressed, head.units) = (labels, false, .sharesIfSmall)
    head.remark =
      "the network chooses and orders its boxes itself, so that baselines and samples may have other boxes in the asked row"
    return DetectorReading(head, .proved)
  }

  /// Whether positions of largest numbers have a part in a value.
  private func isSelected(_ value: Value) -> Bool {
    var (waiting, seen) = ([value.index], Set<Int>())
    while let next = waiting.popLast() {
      guard seen.insert(next).inserted, seen.count < 64 else { continue }
      let node = value.builder.nodes[next]
      if node.operation is TopKIndices { return true }
      waiting += node.operands
    }
    return false
  }

  /// What the boxes were chosen from: those of all cells with a score for each class.
  private struct Candidates {
    /// Items×4×candidates.
    let boxes: Value
    /// Items×classes×candidates.
    let scores: Value

    /// Looks for two gathers of the same rows, of four numbers and of as many as there are classes.
    init?(_ outputs: DetectorOutputs) {
      let (nodes, builder) = (outputs.network.graph.nodes, outputs.builder)
      // The ranking that gives the rows that a gather takes.
      func ranking(_ index: Int) -> Int? {
        var index = index
        for _ in 0..<16 {
          let node = nodes[index]
          if node.operation is TopKIndices { return index }
          guard let next = node.operands.first(where: { !(nodes[$0].operation is Constant) }) else {
            return nil
          }
          index = next
        }
        return nil
      }
      var found: [Int: [Int]] = [:]
      for node in nodes {
        guard let gather = node.operation as? AxisGather, gather.axis == 1, node.shape.count == 3,
          nodes[node.operands[0]].shape.count == 3, let ranking = ranking(node.operands[1])
        else { continue }
        if found[ranking]?.contains(node.operands[0]) != true {
          found[ranking, default: []].append(node.operands[0])
        }
      }
      for (_, tables) in found.sorted(by: { $0.key < $1.key }) {
        guard tables.count == 2, let boxes = tables.first(where: { nodes[$0].shape[2] == 4 }),
          let scores = tables.first(where: { $0 != boxes })
        else { continue }
        self.boxes = builder.value(at: boxes).transposed([0, 2, 1])
        self.scores = builder.value(at: scores).transposed([0, 2, 1])
        return
      }
      return nil
    }
  }
}
