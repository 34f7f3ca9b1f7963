public import SaliencyImage

extension Attribution {
  /// The same attribution, drawn over another image of what the network saw, as ``Preprocessing/originalPart(of:)`` cuts it out of the
  /// image.
  ///
  /// The values stay as they are; overlays and figures have the image's size, and maps are enlarged to it smoothly.
  public func shown(on image: Image) -> Attribution {
    var attribution = self
    attribution.image = image
    return attribution
  }

  /// Whether figures show the image at another size than the network's, so that maps are enlarged to it smoothly.
  var isShownAtOtherSize: Bool {
    guard let image, arrangedInput.shape.count == 4 else { return false }
    return [image.height, image.width]
      != provenance.layout.spatialAxes.map { arrangedInput.shape[$0] }
  }

  /// The map by itself, enlarged smoothly to an image's size; parameters and errors are those of ``figure(item:style:caption:)``.
  public func mapImage(
    item: Int = 0, style: MapStyle = MapStyle(), enlargedTo image: Image
  ) throws -> Image {
    try heatMap(item: item).normalized(percentile: style.percentile, scaling: scaling)
      .resized(width: image.width, height: image.height).colored(style.colorMap ?? colorMap)
  }
}
