/// The suppression of boxes that overlap a better one: from the best box on, those of the same class that overlap it by more than a limit are
/// left out.
///
/// It gives what torchvision's `batched_nms` gives. Of equal scores the first comes first.
public struct NonMaximumSuppression: Sendable, Hashable {
  /// The overlap, from 0 to 1, above which the worse one of two boxes is left out.
  public let overlapLimit: Float
  /// The most boxes that stay.
  public let countLimit: Int

  /// A suppression.
  public init(overlapLimit: Float = 0.45, countLimit: Int = 300) {
    (self.overlapLimit, self.countLimit) = (overlapLimit, countLimit)
  }

  /// The boxes that stay, by falling score, numbered from 0 on.
  public func applied(to detections: [Detection]) -> [Detection] {
    var kept: [Detection] = []
    var boxes: [Int: [BoundingBox]] = [:]
    for var detection in detections.byFallingScore() {
      guard kept.count < countLimit else { break }
      let others = boxes[detection.classIndex] ?? []
      guard !others.contains(where: { $0.overlap(with: detection.box) > overlapLimit }) else { continue }
      boxes[detection.classIndex, default: []].append(detection.box)
      detection.number = kept.count
      kept.append(detection)
    }
    return kept
  }
}

extension [Detection] {
  /// The best first; of equal scores the first one.
  func byFallingScore() -> [Detection] {
    let order = indices.sorted { a, b in
      self[a].score != self[b].score ? self[a].score > self[b].score : a < b
    }
    return order.map { self[$0] }
  }
}
