import SaliencyCore

/// For each query a box in shares of the image and scores of the classes, of which the last means "nothing", before or behind a softmax.
struct DETRForm: DetectorForm {
  let name = "detr"
  let summary =
    "two outputs, scores before a softmax whose last class is none, and boxes as shares of the image: DETR, YOLOS"

  func reading(of outputs: DetectorOutputs, isSaid: Bool) -> DetectorReading? {
    guard let (boxes, logits) = outputs.boxesAndClasses, logits.shape[1] > 1 else { return nil }
    let count = logits.shape[1]
    let isRelative = QueryBoxes(boxes).areRelative
    let given = ActivatedPart(of: logits, axis: 1, 0..<count)
    guard isRelative || isSaid, given.activation != .sigmoid || isSaid else { return nil }
    var origin = RoleOrigin.assumed
    if let names = outputs.classCount {
      guard names + 1 == count || isSaid else { return nil }
      origin = .file
    }
    let printed = given.activation == .softmax ? logits : logits.softmax(axis: 1)
    var head = DetectorHead(
      corners: boxes.cornersOfCenters().inPixels(height: outputs.size[0], width: outputs.size[1]),
      ActivatedPart(of: printed, axis: 1, 0..<count), sources: [boxes, logits])
    (head.background, head.isSuppressed) = (count - 1, false)
    if origin == .assumed {
      head.remark =
        "its last class is taken to mean nothing; where each class is one by itself, say --detector rt-detr"
    }
    return DetectorReading(head, origin)
  }
}

/// The boxes of a network with queries.
struct QueryBoxes {
  /// Whether they are the results of sigmoids, and so shares of the image.
  let areRelative: Bool

  init(_ boxes: Value) {
    areRelative = boxes.sources(axis: 1, 0..<4).allSatisfy {
      boxes.builder.nodes[$0].operation is Sigmoid
    }
  }
}
