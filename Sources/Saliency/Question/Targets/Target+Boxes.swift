import SaliencyCore

extension Target {
  /// The boxes that are meant, in order, without repetitions; `top:K` means the best K.
  ///
  /// - Parameters:
  ///   - values: the numbers of one item's candidates.
  ///   - detector: how they are read.
  ///   - side: whether the score before the activation is explained, or the printed one.
  /// - Throws: `SaliencyError` where there is no such box, or it has no such number.
  func boxes(
    in values: ExplainedValues, of detector: Detector, side: OutputSide
  ) throws(SaliencyError) -> [ExplainedPart] {
    let detections = detector.detections(in: values)
    var chosen: [ExplainedPart] = []
    func add(_ number: Int, _ quantity: BoxQuantity) throws(SaliencyError) {
      guard detections.indices.contains(number) else {
        throw missing(number, detections.count, detector)
      }
      let part = try detector.channels.part(
        quantity, of: detections[number], in: values, side: side, size: detector.inputSize,
        target: description)
      if !chosen.contains(part) { chosen.append(part) }
    }
    for part in parts {
      switch part.units {
      case .box(let number, let quantity): try add(number, quantity)
      case .chosenBox(let part): chosen.append(part)
      case .best(let count):
        for number in 0..<count { try add(number, .score) }
      case .unit, .named, .explicitlyNamed, .weighted:
        throw SaliencyError(
          .unknownTarget,
          "'\(description.printable())' is no box; boxes are written box:0, box:1 and so on")
      }
    }
    return chosen
  }

  private func missing(_ number: Int, _ count: Int, _ detector: Detector) -> SaliencyError {
    let found =
      count == 0
      ? "there is no box"
      : count == 1 ? "there is 1 box, box:0," : "there are \(count) boxes, box:0 to box:\(count - 1),"
    return SaliencyError(
      .unknownTarget,
      "box \(number) does not exist; \(found) \(detector.settingsText); a lower --score gives more")
  }
}
