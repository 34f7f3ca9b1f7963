import SaliencyCore

/// A network that leaves out overlapping boxes itself: it is asked what that is given, boxes and a score for each class.
struct SuppressedForm: DetectorForm {
  let name = "suppressed"
  let aliases = ["nms"]
  let summary = "boxes whose overlaps the network suppresses itself; it is asked before that"

  func reading(of outputs: DetectorOutputs, isSaid: Bool) -> DetectorReading? {
    guard let suppression = outputs.network.suppression else { return nil }
    let boxes = outputs.builder.value(at: suppression.boxes).transposed([0, 2, 1])
    let classes = outputs.builder.value(at: suppression.scores)
    // Boxes that were moved apart by class have one list of scores for all classes, which does not say which is which.
    guard classes.shape.count == 3, boxes.shape.count == 3,
      outputs.classCount == nil || outputs.classCount! <= classes.shape[1]
    else { return nil }
    let corners: Value
    if suppression.isCentered {
      corners = boxes.cornersOfCenters()
    } else if !outputs.isFromTorch {
      corners = boxes.gathered([1, 0, 3, 2], along: 1)
    } else {
      corners = boxes
    }
    let part = ActivatedPart(of: classes, axis: 1, 0..<classes.shape[1])
    var head = DetectorHead(corners: corners, part, sources: [boxes, classes])
    (head.isOfEachClass, head.units) = (true, .sharesIfSmall)
    if part.activation == .softmax, outputs.classCount != classes.shape[1] { head.background = 0 }
    return DetectorReading(head, .proved)
  }
}
