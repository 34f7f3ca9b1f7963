public import SaliencyImage

extension Attribution {
  /// The same attribution, drawn over another picture of what the network saw, as ``Preprocessing/originalPart(of:)`` cuts it out of the
  /// photograph.
  ///
  /// The values stay as they are; overlays and figures have the picture's size, and maps are enlarged to it smoothly.
  public func shown(on photograph: Image) -> Attribution {
    var attribution = self
    attribution.photograph = photograph
    return attribution
  }

  /// Whether figures show the photograph at another size than the network's, so that maps are enlarged to it smoothly.
  var isShownAtOtherSize: Bool {
    guard let photograph, arrangedInput.shape.count == 4 else { return false }
    return [photograph.height, photograph.width]
      != provenance.layout.spatialAxes.map { arrangedInput.shape[$0] }
  }

  /// The map by itself, enlarged smoothly to a picture's size; parameters and errors are those of ``figure(item:style:caption:)``.
  public func mapPicture(
    item: Int = 0, style: MapStyle = MapStyle(), enlargedTo picture: Image
  ) throws -> Image {
    try heatMap(item: item).normalized(percentile: style.percentile, scaling: scaling)
      .resized(width: picture.width, height: picture.height).colored(style.colorMap ?? colorMap)
  }
}
