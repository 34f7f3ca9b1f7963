import SaliencyCore

/// What a detector says of its candidates, brought into one form: items×numbers×candidates.
struct DetectorHead {
  /// How large coordinates are.
  enum Units: Sendable, Hashable {
    /// Pixels of the network's input.
    case pixels
    /// Shares of the input's width and height where none is above 2, else pixels.
    case sharesIfSmall
  }

  /// The corners x1, y1, x2, y2: items×4×candidates.
  var corners: Value
  var units = Units.pixels
  /// The scores that there is an object at all, items×1×candidates; nil where the network has none.
  var objectness: ActivatedPart?
  /// The scores of the classes before the activation, items×classes×candidates.
  var classes: Value
  /// The scores of the classes as they are printed, in the same shape.
  var printed: Value
  /// What stands between the class score and the printed one.
  var activation: ActivatedPart.Activation?
  /// The index of the class of each candidate, items×1×candidates, where the network gives one score for it; nil where it has a score for each
  /// class.
  var labels: Value?
  /// The class that means "nothing"; nil where there is none.
  var background: Int?
  /// Whether boxes that overlap a better one are left out; else the network says nothing twice.
  var isSuppressed = true
  /// Whether a candidate is a box of each of its classes, and not of the best one alone.
  var isOfEachClass = false
  /// What the head is read from, by which the layers that feed it are found.
  var sources: [Value]
  /// What has to be known of how the boxes are read, for reports; nil where there is nothing.
  var remark: String?

  /// Classes with a sigmoid or softmax of their own, or without one.
  init(corners: Value, _ classes: ActivatedPart, sources: [Value]) {
    self.corners = corners
    (self.classes, printed, activation) = (classes.score, classes.probability, classes.activation)
    self.sources = sources
  }

  /// Multiplies the printed scores by those of there being an object.
  mutating func require(objectness: ActivatedPart) {
    self.objectness = objectness
    printed = printed * objectness.probability
  }

  /// All numbers as items×numbers×candidates, in the order of ``DetectorChannels``.
  var numbers: Value {
    let edges = (0..<4).map { corners.sliced(axis: 1, $0..<$0 + 1) }
    let (x1, y1, x2, y2) = (edges[0], edges[1], edges[2], edges[3])
    let others =
      [(x1 + x2) * 0.5, (y1 + y2) * 0.5, x2 - x1, y2 - y1, objectness?.score, labels].compactMap(\.self)
      + [classes, printed] + [objectness?.probability].compactMap(\.self)
    return corners.joined(others, axis: 1)
  }

  /// Where each number stands.
  var channels: DetectorChannels {
    DetectorChannels(
      classCount: classes.shape[1], hasObjectness: objectness != nil,
      isObjectnessActivated: objectness?.activation == .sigmoid, hasLabels: labels != nil,
      background: background, isSuppressed: isSuppressed, isOfEachClass: isOfEachClass, units: units,
      activation: activation?.name)
  }
}

extension Value {
  /// Corners of boxes that are given by their middle, width and height: items×4×boxes.
  func cornersOfCenters() -> Value {
    let (middle, half) = (sliced(axis: 1, 0..<2), sliced(axis: 1, 2..<4) * 0.5)
    return (middle - half).joined([middle + half], axis: 1)
  }

  /// Boxes in pixels that are given in shares of the input's width and height: items×4×boxes.
  func inPixels(height: Int, width: Int) -> Value {
    self
      * builder.constant(
        Tensor(shape: [1, 4, 1], values: [Float(width), Float(height), Float(width), Float(height)]))
  }
}
