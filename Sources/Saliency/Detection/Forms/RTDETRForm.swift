import SaliencyCore

/// For each query a box in shares of the image and a score for each class, before a sigmoid or after it, in one output or in two.
struct RTDETRForm: DetectorForm {
  let name = "rt-detr"
  let aliases = ["deformable-detr", "d-fine", "conditional-detr", "dino"]
  let summary =
    "a score with a sigmoid for each class, and boxes as shares of the image: RT-DETR, Deformable DETR, D-FINE"

  func reading(of outputs: DetectorOutputs, isSaid: Bool) -> DetectorReading? {
    func head(_ boxes: Value, _ classes: ActivatedPart, _ sources: [Value]) -> DetectorHead {
      let printed = classes.activation == nil ? classes.score.sigmoid() : classes.probability
      var head = DetectorHead(
        corners: boxes.cornersOfCenters().inPixels(height: outputs.size[0], width: outputs.size[1]),
        ActivatedPart(of: printed, axis: 1, 0..<printed.shape[1]), sources: sources)
      (head.isSuppressed, head.isOfEachClass) = (false, true)
      return head
    }
    if let (boxes, classes) = outputs.boxesAndClasses {
      let count = classes.shape[1]
      let part = ActivatedPart(of: classes, axis: 1, 0..<count)
      guard isSaid || QueryBoxes(boxes).areRelative, part.activation != .softmax else { return nil }
      let isSure = outputs.classCount == count
      guard isSaid || isSure || part.activation == .sigmoid else { return nil }
      return DetectorReading(head(boxes, part, [boxes, classes]), isSure ? .file : .proved)
    }
    guard let table = outputs.table else { return nil }
    for axis in [2, 1] where table.shape[axis] > 4 {
      let value = axis == 1 ? table : table.transposed([0, 2, 1])
      let end = outputs.classCount.map { 4 + $0 } ?? value.shape[1]
      guard end <= value.shape[1] else { continue }
      let (boxes, classes) = (value.sliced(axis: 1, 0..<4), ActivatedPart(of: value, axis: 1, 4..<end))
      // One sigmoid over all of them would be of anything.
      let isApart = value.sources(axis: 1, 0..<4).isDisjoint(with: value.sources(axis: 1, 4..<end))
      guard isSaid || (QueryBoxes(boxes).areRelative && classes.activation == .sigmoid && isApart) else {
        continue
      }
      return DetectorReading(head(boxes, classes, [value]), .proved)
    }
    return nil
  }
}
