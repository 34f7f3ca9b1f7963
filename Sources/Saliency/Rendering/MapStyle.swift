public import SaliencyImage

/// What images of attributions look like.
public struct MapStyle: Sendable {
  /// The colors; nil for those that suit the values, inferno, or blue-white-red where they have a sign worth showing.
  public var colorMap: ColorMap?
  /// The percentile of the magnitudes that becomes the strongest color, from 0 to 100.
  public var percentile: Double
  /// How maps lie over images.
  public var overlay: OverlayStyle
  /// What is drawn of a token that has a row of numbers.
  public var tokenMeasure = TokenMeasure.sum

  /// A style; the default is the one of figures.
  public init(
    colorMap: ColorMap? = nil, percentile: Double = 99, overlay: OverlayStyle = OverlayStyle()
  ) {
    self.colorMap = colorMap
    self.percentile = percentile
    self.overlay = overlay
  }
}
