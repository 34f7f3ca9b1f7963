public import SaliencyImage

extension Attribution {
  /// The share of the attribution that lies inside a mask: Σ|a| over the elements inside, divided by Σ|a| over all.
  ///
  /// A share far above that of the mask's area says that the network looks at what is masked (Wang et al., "Score-CAM", 2020, call it the
  /// energy-based pointing game).
  ///
  /// - Parameters:
  ///   - mask: an image of the attribution's height and width, white inside and black outside: what is at least half as bright as
  ///     white is inside.
  ///   - item: which input of the batch is meant.
  /// - Returns: a number from 0 to 1; 0 where the attribution is zero everywhere.
  /// - Throws: `SaliencyError` where the attribution has no height and width, the batch no such item, or the mask another size.
  public func share(inside mask: Image, item: Int = 0) throws -> Double {
    let layout = provenance.channelAxis == 1 ? ImageLayout.channelsFirst : .channelsLast
    guard let image = ImageView(values, layout: layout, item: item) else {
      throw SaliencyError(
        .invalidInput, "an attribution of \(values.shape.text) has no item \(item) with a height and width")
    }
    guard (mask.width, mask.height) == (image.width, image.height) else {
      throw SaliencyError(
        .invalidInput,
        "the mask has \(mask.width)×\(mask.height) pixels, but the attribution \(image.width)×\(image.height); "
          + "cut and resize it as the image was, as visiblePart(of:) of the explainer's preprocessing does"
      )
    }
    var (inside, all) = (0.0, 0.0)
    for (pixel, isInside) in mask.isInside.enumerated() {
      for channel in 0..<image.channels {
        let magnitude = Double(abs(image[pixel, channel]))
        all += magnitude
        if isInside { inside += magnitude }
      }
    }
    return all > 0 ? inside / all : 0
  }
}
