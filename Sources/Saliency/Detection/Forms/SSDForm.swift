import SaliencyCore

/// For each anchor the corners of its box, in pixels or in shares of the image, and the scores of its classes in another output.
struct SSDForm: DetectorForm {
  let name = "ssd"
  let aliases = ["torchvision", "retinanet", "ultraface", "yolov4"]
  let summary = "two outputs, corners of boxes and scores of their classes: SSD, RetinaNet"

  func reading(of outputs: DetectorOutputs, isSaid: Bool) -> DetectorReading? {
    guard let (boxes, classes) = outputs.boxesAndClasses else { return nil }
    let part = ActivatedPart(of: classes, axis: 1, 0..<classes.shape[1])
    guard isSaid || (part.activation != nil && !QueryBoxes(boxes).areRelative) else { return nil }
    var head = DetectorHead(corners: boxes, part, sources: [boxes, classes])
    (head.isOfEachClass, head.units) = (true, .sharesIfSmall)
    let count = classes.shape[1]
    var origin = RoleOrigin.proved
    if part.activation == .softmax {
      switch outputs.classCount {
      case count?: origin = .file
      case nil, .some(count - 1):
        origin = outputs.classCount == nil ? .proved : .file
        head.background = 0
        if outputs.classCount == nil { head.remark = "its class 0 is taken to mean nothing" }
      default: guard isSaid else { return nil }
      }
    }
    if part.activation == nil {
      head.remark = "no sigmoid or softmax gives its class scores, so that they are explained as they are"
    }
    return DetectorReading(head, origin)
  }
}
