import SaliencyImage

extension Attribution {
  /// The boxes over the picture of an item, with those that were asked about set off; none where no boxes were asked about.
  ///
  /// - Parameters:
  ///   - item: which input of the batch is meant.
  ///   - picture: the picture of the network's input, of any size.
  ///   - all: whether the boxes that were not asked about are among them.
  private func outlinedBoxes(item: Int, on picture: Image, all: Bool) -> [OutlinedBox] {
    guard arrangedInput.shape.count == 4, detections.indices.contains(item), units.indices.contains(item)
    else {
      return []
    }
    let size = provenance.layout.spatialAxes.map { Double(arrangedInput.shape[$0]) }
    let (x, y) = (Double(picture.width) / size[1], Double(picture.height) / size[0])
    let meant = Set(units[item].compactMap(\.detection?.number))
    return detections[item].filter { all || meant.contains($0.number) }.map { detection in
      OutlinedBox(
        left: Double(detection.box.x1) * x, top: Double(detection.box.y1) * y,
        right: Double(detection.box.x2) * x, bottom: Double(detection.box.y2) * y,
        isMeant: meant.contains(detection.number))
    }
  }

  /// A picture of the network's input with the boxes that were found; of a question about units the picture itself.
  func outlined(_ picture: Image, item: Int, all: Bool) -> Image {
    picture.outlined(outlinedBoxes(item: item, on: picture, all: all))
  }
}
