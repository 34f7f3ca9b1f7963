import SaliencyImage

extension Attribution {
  /// The boxes over the image of an item, with those that were asked about set off; none where no boxes were asked about.
  ///
  /// - Parameters:
  ///   - item: which input of the batch is meant.
  ///   - image: the image of the network's input, of any size.
  ///   - all: whether the boxes that were not asked about are among them.
  private func outlinedBoxes(item: Int, on image: Image, all: Bool) -> [OutlinedBox] {
    guard arrangedInput.shape.count == 4, detections.indices.contains(item), units.indices.contains(item)
    else {
      return []
    }
    let size = provenance.layout.spatialAxes.map { Double(arrangedInput.shape[$0]) }
    let (x, y) = (Double(image.width) / size[1], Double(image.height) / size[0])
    let meant = Set(units[item].compactMap(\.detection?.number))
    return detections[item].filter { all || meant.contains($0.number) }.map { detection in
      OutlinedBox(
        left: Double(detection.box.x1) * x, top: Double(detection.box.y1) * y,
        right: Double(detection.box.x2) * x, bottom: Double(detection.box.y2) * y,
        isMeant: meant.contains(detection.number))
    }
  }

  /// An image of the network's input with the boxes that were found; of a question about units the image itself.
  func outlined(_ image: Image, item: Int, all: Bool) -> Image {
    image.outlined(outlinedBoxes(item: item, on: image, all: all))
  }
}
