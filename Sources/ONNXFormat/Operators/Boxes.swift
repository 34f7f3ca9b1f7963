import SaliencyCore

extension OperatorTable {
  static let boxes: [OperatorDefinition] = [
    .init(
      "NonMaxSuppression", since: 10, operands: 2...5, suppressesBoxes: true,
      fold: .nonMaximumSuppression)
  ]
}

extension Fold {
  /// The boxes of each class, best first, without those that overlap a better one too much.
  fileprivate static let nonMaximumSuppression = Fold { node, x throws(ImportFailure) in
    let (boxes, scores) = (x[0], x[1])
    guard boxes.shape.count == 3, boxes.shape[2] == 4, scores.shape.count == 3,
      scores.shape[0] == boxes.shape[0],
      scores.shape[2] == boxes.shape[1]
    else {
      throw ImportFailure(
        .shapeMismatch, "boxes of \(boxes.shape.text) and scores of \(scores.shape.text) do not fit")
    }
    func number(_ index: Int, default value: Double) -> Double {
      x.indices.contains(index) ? x[index].values.first ?? value : value
    }
    let limit = number(2, default: 0)
    let overlapLimit = number(3, default: 0)
    let scoreLimit = number(4, default: -.infinity)
    let isCentered = try node.flag("center_point_box")
    let count = boxes.shape[1]
    /// Lower and upper limits along both axes.
    func corners(_ batch: Int, _ box: Int) -> [Double] {
      let start = (batch * count + box) * 4
      let c = Array(boxes.values[start..<start + 4])
      if isCentered { return [c[0] - c[2] / 2, c[1] - c[3] / 2, c[0] + c[2] / 2, c[1] + c[3] / 2] }
      return [min(c[0], c[2]), min(c[1], c[3]), max(c[0], c[2]), max(c[1], c[3])]
    }
    func overlap(_ a: [Double], _ b: [Double]) -> Double {
      let height = min(a[2], b[2]) - max(a[0], b[0])
      let width = min(a[3], b[3]) - max(a[1], b[1])
      guard height > 0, width > 0 else { return 0 }
      let areas = [a, b].map { ($0[2] - $0[0]) * ($0[3] - $0[1]) }
      return height * width / (areas[0] + areas[1] - height * width)
    }
    var chosen: [Double] = []
    for batch in 0..<scores.shape[0] {
      for label in 0..<scores.shape[1] {
        let start = (batch * scores.shape[1] + label) * count
        let order = (0..<count).filter { scores.values[start + $0] > scoreLimit }
          .sorted { (scores.values[start + $1], $0) < (scores.values[start + $0], $1) }
        var kept: [[Double]] = []
        for box in order where Double(kept.count) < limit {
          let own = corners(batch, box)
          guard !kept.contains(where: { overlap($0, own) > overlapLimit }) else { continue }
          kept.append(own)
          chosen += [Double(batch), Double(label), Double(box)]
        }
      }
    }
    return [Numbers(shape: [chosen.count / 3, 3], values: chosen, type: .int64)]
  }
}
