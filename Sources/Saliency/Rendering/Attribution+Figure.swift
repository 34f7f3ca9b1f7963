public import SaliencyImage

extension Attribution {
  /// The colours that suit the values: inferno, or blue-white-red where they have a sign worth showing.
  public var colorMap: ColorMap { provenance.isSigned ? .blueWhiteRed : .inferno }

  /// How numbers become colours: from −1 to 1 where they have a sign worth showing, else from 0 to 1.
  public var scaling: HeatMap.Scaling { provenance.isSigned ? .symmetric : .positive }

  /// What figures show beside the map: the part of the photograph that the network saw, or where a tensor was explained
  /// its numbers as a picture.
  ///
  /// - Throws: `SaliencyError` where there is no photograph and the tensor is no picture.
  public func picture(item: Int = 0) throws(SaliencyError) -> Image {
    if let photograph { return photograph }
    return try Image(picturing: input, layout: provenance.layout, item: item)
  }

  /// The picture, the map and the map over the picture, side by side, with a caption and a colour bar.
  ///
  /// - Parameters:
  ///   - item: which input of the batch is meant.
  ///   - colorMap: the colours; ``colorMap`` where nil.
  ///   - percentile: the percentile of the magnitudes that becomes the strongest colour, from 0 to 100.
  ///   - style: how the map lies over the picture.
  ///   - caption: the text below; ``caption(item:)`` where nil.
  /// - Throws: `SaliencyError` where the input is no picture, `ImageError` where a number is out of its range.
  public func figure(
    item: Int = 0, colorMap: ColorMap? = nil, percentile: Double = 99, style: OverlayStyle = OverlayStyle(),
    caption: String? = nil
  ) throws -> Figure {
    try Figure(
      photograph: picture(item: item), heatMap: heatMap(item: item), colorMap: colorMap ?? self.colorMap,
      percentile: percentile, scaling: scaling, style: style,
      titles: (photograph == nil ? "input" : "photograph", provenance.method, "overlay"),
      caption: caption ?? self.caption(item: item))
  }

  /// The map over the picture; parameters and errors are those of ``figure(item:colorMap:percentile:style:caption:)``.
  public func overlay(
    item: Int = 0, colorMap: ColorMap? = nil, percentile: Double = 99, style: OverlayStyle = OverlayStyle()
  ) throws -> Image {
    try picture(item: item).overlaid(
      with: heatMap(item: item), colorMap: colorMap ?? self.colorMap, percentile: percentile,
      scaling: scaling,
      style: style)
  }

  /// What was explained and how, such as "tiger cat · score 9.247 · probability 0.3946 · guided, absolute · model.onnx".
  public func caption(item: Int = 0) -> String {
    let units = units.indices.contains(item) ? units[item] : []
    let names = units.map { $0.name?.replacing("_", with: " ") ?? "unit \($0.index)" }
    var parts = [
      losses.isEmpty
        ? names.prefix(5).joined(separator: " + ") + (names.count > 5 ? " + …" : "") : provenance.layer
    ]
    if units.count == 1, let unit = units.first {
      parts.append("score \(unit.score.text)")
      if let probability = unit.probability { parts.append("probability \(probability.text)") }
    }
    if let layer = provenance.withRespectTo { parts.append("with respect to \(layer)") }
    parts.append("\(provenance.method), \(provenance.modifier)")
    parts.append(provenance.model.name)
    return parts.joined(separator: " · ")
  }
}
