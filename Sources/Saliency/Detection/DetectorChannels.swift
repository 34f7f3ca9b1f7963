import SaliencyCore

/// Where the numbers of a detector's candidates stand along the axis of units, and how boxes are made of them.
///
/// In this order: x1, y1, x2, y2, cx, cy, width, height, objectness and label where there are such, the class scores, the printed scores, and objectness as a probability.
struct DetectorChannels: Sendable, Hashable {
  /// How many class scores there are.
  let classCount: Int
  let hasObjectness: Bool
  /// Whether objectness is given before its sigmoid.
  let isObjectnessActivated: Bool
  let hasLabels: Bool
  let background: Int?
  let isSuppressed: Bool
  let isOfEachClass: Bool
  let units: DetectorHead.Units
  /// What stands between class scores and printed ones, such as "Sigmoid".
  let activation: String?

  private var firstClass: Int { 8 + (hasObjectness ? 1 : 0) + (hasLabels ? 1 : 0) }

  /// Where the printed scores begin.
  var firstPrinted: Int { firstClass + classCount }

  /// The class of each candidate, where the network gives that.
  func labels(in values: ExplainedValues) -> [Float]? {
    hasLabels ? Array(values.scores(of: 8 + (hasObjectness ? 1 : 0))) : nil
  }

  /// How many numbers a candidate has.
  var count: Int { firstClass + 2 * classCount + (hasObjectness ? 1 : 0) }

  /// The position of a number of a box.
  ///
  /// - Throws: `SaliencyError` where the detector does not have it.
  func position(
    of quantity: BoxQuantity, _ detection: Detection, side: OutputSide, target: String
  ) throws(SaliencyError) -> Int {
    switch quantity {
    case .score:
      let own = hasLabels ? 0 : detection.classIndex
      return firstClass + own + (side == .probability ? classCount : 0)
    case .objectness:
      guard hasObjectness else {
        throw SaliencyError(
          .unknownTarget,
          "'\(target.printable())': this detector has no score for objectness, only for classes; leave out what follows the /"
        )
      }
      return side == .probability ? count - 1 : 8
    default: return BoxQuantity.coordinates.firstIndex(of: quantity)!
    }
  }

  /// By what coordinates are multiplied to be pixels: of x, and of y.
  func factors(_ values: ExplainedValues, size: [Int]) -> (x: Float, y: Float) {
    guard units == .sharesIfSmall,
      !(0..<4).contains(where: { values.scores(of: $0).contains { $0.magnitude > 2 } })
    else { return (1, 1) }
    return (Float(size[1]), Float(size[0]))
  }

  /// The boxes that count, by falling score.
  ///
  /// - Parameters:
  ///   - values: the numbers of one item.
  ///   - size: the height and width of the network's input.
  func detections(
    in values: ExplainedValues, _ settings: DetectionSettings, size: [Int]
  ) -> [Detection] {
    let count = values.places.count
    let factors = factors(values, size: size)
    let edges = (0..<4).map { Array(values.scores(of: $0)) }
    let labels = labels(in: values)
    var found: [Detection] = []
    func add(_ candidate: Int, _ classIndex: Int, _ score: Float) {
      guard score > settings.score else { return }
      let box = BoundingBox(
        x1: edges[0][candidate] * factors.x, y1: edges[1][candidate] * factors.y,
        x2: edges[2][candidate] * factors.x, y2: edges[3][candidate] * factors.y)
      guard box.isFinite else { return }
      found.append(Detection(number: 0, classIndex: classIndex, score: score, box: box, candidate: candidate))
    }
    let printed = (0..<classCount).map { Array(values.scores(of: firstPrinted + $0)) }
    for candidate in 0..<count {
      if let labels {
        let label = labels[candidate]
        if label >= 0, label < 0x1p24 { add(candidate, Int(label), printed[0][candidate]) }
        continue
      }
      var best: Int?
      for index in 0..<classCount where index != background {
        if isOfEachClass {
          add(candidate, index, printed[index][candidate])
        } else if best == nil || printed[index][candidate] > printed[best!][candidate] {
          best = index
        }
      }
      if let best { add(candidate, best, printed[best][candidate]) }
    }
    let suppression = NonMaximumSuppression(
      overlapLimit: isSuppressed ? settings.overlap : .infinity)
    return suppression.applied(to: found)
  }

  /// A number of a box as a part of what is explained.
  func part(
    _ quantity: BoxQuantity, of detection: Detection, in values: ExplainedValues, side: OutputSide,
    size: [Int], target: String
  ) throws(SaliencyError) -> ExplainedPart {
    let factors = factors(values, size: size)
    let weight: Float =
      switch quantity {
      case .x1, .x2, .cx, .width: factors.x
      case .y1, .y2, .cy, .height: factors.y
      case .score, .objectness: 1
      }
    let box = ExplainedBox(
      detection: detection, quantity: quantity,
      scoreUnit: try position(of: quantity, detection, side: .score, target: target))
    return ExplainedPart(
      unit: try position(of: quantity, detection, side: side, target: target),
      places: ExplainedPlaces(positions: [detection.candidate], weight: weight, text: box.text), box: box)
  }

  /// The name of a class; of labels that leave out the background those of the other classes.
  func name(of classIndex: Int, _ labels: Labels?) -> String? {
    guard let labels else { return nil }
    if background == 0, labels.names.count == classCount - 1 {
      return classIndex > 0 ? labels.name(of: classIndex - 1) : nil
    }
    return labels.name(of: classIndex)
  }

  /// How many names of classes are right; nil where the network does not show how many there are.
  var nameCount: Int? { hasLabels ? nil : classCount - (background == nil ? 0 : 1) }
}
