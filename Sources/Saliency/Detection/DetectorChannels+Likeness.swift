internal import LibC

extension DetectorChannels {
  /// The candidates of one item, as they are compared.
  struct Candidates {
    /// The edges x1, y1, x2, y2, in pixels: a list for each.
    let edges: [[Float]]
    /// The printed scores of the classes that mean something, a list for each.
    let classes: [[Float]]
    /// The probabilities that there is an object; nil where the detector has none.
    let objectness: [Float]?
    /// The classes of the candidates; nil where they have a score for each class.
    let labels: [Float]?

    private func box(_ candidate: Int) -> BoundingBox {
      BoundingBox(
        x1: edges[0][candidate], y1: edges[1][candidate], x2: edges[2][candidate], y2: edges[3][candidate])
    }

    /// The largest likeness of a candidate to a box of other candidates: IoU · cosine of the classes · objectness.
    func likeness(to detection: Detection, of others: Candidates) -> Float {
      let wanted = others.classes.map { $0[detection.candidate] }
      let norm = wanted.reduce(0) { $0 + $1 * $1 }.squareRoot()
      var largest: Float = 0
      for candidate in edges[0].indices {
        let overlap = box(candidate).overlap(with: detection.box) * (objectness?[candidate] ?? 1)
        // A cosine of scores is at most 1.
        guard overlap > largest else { continue }
        if let labels {
          if Int(exactly: labels[candidate]) == detection.classIndex { largest = overlap }
          continue
        }
        var (product, square): (Float, Float) = (0, 0)
        for (index, own) in wanted.enumerated() {
          let score = classes[index][candidate]
          product += own * score
          square += score * score
        }
        let scale = norm * square.squareRoot()
        if scale > 0 { largest = max(largest, overlap * product / scale) }
      }
      return largest
    }
  }

  /// All candidates of one item.
  func candidates(in values: ExplainedValues, size: [Int]) -> Candidates {
    let factors = factors(values, size: size)
    let edges = (0..<4).map { edge in
      values.scores(of: edge).map { $0 * (edge % 2 == 0 ? factors.x : factors.y) }
    }
    let classes = (0..<classCount).filter { $0 != background }.map {
      Array(values.scores(of: firstPrinted + $0))
    }
    return Candidates(
      edges: edges, classes: classes,
      objectness: hasObjectness
        ? values.scores(of: 8).map { isObjectnessActivated ? 1 / (1 + expf(-$0)) : $0 } : nil,
      labels: labels(in: values))
  }
}
