import SaliencyCore

/// The best box of each item, where the graph itself chooses it: suppression leaves out others, and never that one.
extension DetectorHead {
  /// The classes that boxes may have; 0 where the network gives one score for the class that it names.
  private var boxClasses: [Int] { (0..<classes.shape[1]).filter { labels != nil || $0 != background } }

  /// The printed scores, of which the largest one chooses the box: items×(candidates·classes), candidate by candidate.
  var boxScores: Value {
    var scores = printed
    let kept = boxClasses
    if kept.count < scores.shape[1] { scores = scores.gathered(kept.map(Int32.init), along: 1) }
    if let labels {
      // A class below 0 says that there is no box.
      let zero = scores.builder.constant(Tensor(0))
      scores = labels.applying(Comparison(.greaterOrEqual), zero).applying(Selection(), scores, zero)
    }
    return scores.transposed([0, 2, 1]).reshaped(to: [scores.shape[0], scores.shape[1] * scores.shape[2]])
  }

  /// The weights of all numbers of all candidates, items×numbers×candidates, where an input has 1 for the best of the ``boxScores``.
  ///
  /// - Throws: `SaliencyError` where the detector does not have the number.
  func seed(
    ofBest quantity: BoxQuantity, side: OutputSide, label: String, _ builder: GraphBuilder
  ) throws -> Value {
    let (kept, channels) = (boxClasses, channels)
    let (items, candidates) = (printed.shape[0], printed.shape[2])
    var positions = [Float](repeating: 0, count: kept.count * channels.count)
    for (row, index) in kept.enumerated() {
      let box = Detection(
        number: 0, classIndex: index, score: 0, box: BoundingBox(x1: 0, y1: 0, x2: 0, y2: 0), candidate: 0)
      let position = try channels.position(
        of: quantity, box, side: side, target: "\(Target.box(0, quantity))")
      positions[row * channels.count + position] = 1
    }
    let chosen = builder.input(label, shape: [items, candidates * kept.count])
    return chosen.reshaped(to: [items, candidates, kept.count]).applying(
      MatrixProduct(),
      builder.constant(Tensor(shape: [kept.count, channels.count], values: positions))
    ).transposed([0, 2, 1])
  }
}
