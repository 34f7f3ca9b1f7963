import SaliencyCore

/// Middle, width and height in pixels, a score that there is an object, and one for each class, given that there is.
struct YOLOv5Form: DetectorForm {
  let name = "yolov5"
  let aliases = ["yolov7", "yolo5", "yolo7", "yolov3", "yolov6"]
  let summary =
    "one output of 5 + K numbers for each candidate: YOLOv5 and v7, and YOLOX with its grid applied"

  func reading(of outputs: DetectorOutputs, isSaid: Bool) -> DetectorReading? {
    guard let rows = outputs.rows(hasObjectness: true, isSaid: isSaid) else { return nil }
    var head = DetectorHead(
      corners: rows.boxes.probability.cornersOfCenters(), rows.classScores, sources: [rows.value])
    head.require(objectness: rows.objectness!)
    if head.activation == nil {
      head.remark = "no sigmoid gives its class scores, so that they are explained as they are"
    }
    return DetectorReading(head, rows.origin)
  }
}
