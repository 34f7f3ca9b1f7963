import SaliencyCore

/// Middle, width and height in pixels, and a score for each class.
struct YOLOv8Form: DetectorForm {
  let name = "yolov8"
  let aliases = ["yolov9", "yolo9", "yolo11", "yolov11", "yolo12", "yolov12", "yolov5u", "yolo8"]
  let summary = "one output of 4 + K numbers for each candidate: YOLOv8, v9, 11 and 12"

  func reading(of outputs: DetectorOutputs, isSaid: Bool) -> DetectorReading? {
    guard let rows = outputs.rows(hasObjectness: false, isSaid: isSaid) else { return nil }
    let boxes = rows.boxes.probability
    var head = DetectorHead(
      corners: boxes.cornersOfCenters(), rows.classScores, sources: [rows.value])
    if head.activation == nil {
      head.remark = "no sigmoid gives its class scores, so that they are explained as they are"
    }
    return DetectorReading(head, rows.origin)
  }
}
