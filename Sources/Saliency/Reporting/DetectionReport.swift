/// What is told of a box that a detector found.
public struct DetectionReport: Report {
  /// The box's number, by falling score.
  public let number: Int
  /// The index of its class.
  public let classIndex: Int
  /// What the class is called; nil where nothing names it.
  public let name: String?
  /// How certain the detector is of it.
  public let score: Float
  /// The left edge, in pixels of the image, or where a tensor was given of the network's input.
  public let x1: Float
  /// The upper edge.
  public let y1: Float
  /// The right edge.
  public let x2: Float
  /// The lower edge.
  public let y2: Float

  private enum CodingKeys: String, CodingKey {
    case number, classIndex = "class", name, score, x1, y1, x2, y2
  }

  /// What is told of a box.
  ///
  /// - Parameters:
  ///   - detection: the box, in pixels of the network's input.
  ///   - name: what its class is called.
  ///   - placement: where the image lies in that input; nil where a tensor was given.
  public init(_ detection: Detection, name: String?, placement: ImagePlacement?) {
    let box = placement?.original(detection.box) ?? detection.box
    (number, classIndex, self.name, score) = (detection.number, detection.classIndex, name, detection.score)
    (x1, y1, x2, y2) = (box.x1, box.y1, box.x2, box.y2)
  }
}

/// What is told of a detector.
public struct DetectorReport: Report {
  /// The name of the form of its outputs.
  public let form: String
  /// How that is known: said, file, proved or assumed.
  public let origin: String
  /// What the form is, in a few words.
  public let summary: String
  /// What has to be known of how boxes are read; nil where there is nothing.
  public let remark: String?
  /// The number of classes; nil where the network does not show how many there are.
  public let classCount: Int?

  /// What is told of a detector.
  public init(_ detector: Detector) {
    (form, origin, summary) = (detector.form, detector.origin.rawValue, detector.summary)
    (remark, classCount) = (detector.remark, detector.classCount)
  }
}
