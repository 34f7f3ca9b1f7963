import SaliencyCore
public import SaliencyImage

extension Attribution {
  /// The colors that suit the values: inferno, or blue-white-red where they have a sign worth showing.
  public var colorMap: ColorMap { provenance.isSigned ? .blueWhiteRed : .inferno }

  /// How numbers become colors: from −1 to 1 where they have a sign worth showing, else from 0 to 1.
  public var scaling: HeatMap.Scaling { provenance.isSigned ? .symmetric : .positive }

  /// What figures show beside the map: the part of the image that the network saw, or where a tensor was explained
  /// its numbers as an image.
  ///
  /// - Throws: `SaliencyError` where there is no image and the tensor is no image.
  public func inputImage(item: Int = 0) throws(SaliencyError) -> Image {
    if let image { return image }
    if arrangedInput.shape.count == 3, provenance.arrangedChannelAxis == nil {
      let shape = arrangedInput.shape
      return try Image(
        showing: Tensor(shape: [shape[0], 1, shape[1], shape[2]], values: arrangedInput.values), item: item)
    }
    return try Image(showing: arrangedInput, layout: provenance.layout, item: item)
  }

  /// A figure with a caption: of images the image, the map and the map over the image, side by side; of signals curves with
  /// what matters in color; of vectors bars; of volumes slices; of tokens running text; the map by itself where there is no image for it.
  ///
  /// - Parameters:
  ///   - item: which input of the batch is meant.
  ///   - style: what the map looks like.
  ///   - caption: the text below; ``caption(item:)`` where nil.
  /// - Throws: `SaliencyError` where the shape is none of these, `ImageError` where a number is out of its range.
  public func figure(
    item: Int = 0, style: MapStyle = MapStyle(), caption: String? = nil
  ) throws -> Figure {
    let caption = caption ?? self.caption(item: item)
    switch try form(item: item) {
    case .image:
      var figure = try Figure(
        image: inputImage(item: item), heatMap: heatMap(item: item),
        colorMap: style.colorMap ?? colorMap, percentile: style.percentile, scaling: scaling,
        style: style.overlay,
        titles: (image == nil ? "input" : "image", provenance.method, "overlay"),
        caption: caption)
      // What is asked about is outlined: boxes, or places.
      for panel in [0, 2] {
        let image = outlined(figure.rows[0][panel].image, item: item, all: panel == 0)
        figure.rows[0][panel].image = try outlining(image, item: item)
      }
      figure.rows[0][1].image = try figure.rows[0][1].image.enlarged(to: figure.rows[0][0].image)
      return figure
    case .map:
      return Figure(
        rows: [[try mapPanel(item: item, style: style, title: provenance.method, caption: mapSides)]],
        caption: caption,
        colorBars: [try mapColorBar(item: item, style: style)])
    case .signal: return try signalChart(item: item, style: style).figure(caption: caption)
    case .vector: return try barChart(item: item).figure(caption: caption)
    case .text: return try textChart(item: item, style: style).figure(caption: caption)
    case .volume: return try volumeFigure(item: item, style: style, caption: caption)
    }
  }

  /// A panel for figures of several: the map over the image, the chart of a signal or a vector, or of a volume the slice with the
  /// strongest attributions, which its caption names.
  ///
  /// - Parameters:
  ///   - item: which input of the batch is meant.
  ///   - style: what the map looks like.
  ///   - title: the text above.
  ///   - caption: the text below, of images and volumes; charts have their axis there.
  /// - Throws: what ``figure(item:style:caption:)`` throws.
  public func panel(
    item: Int = 0, style: MapStyle = MapStyle(), title: String? = nil, caption: String? = nil
  ) throws -> Figure.Panel {
    switch try form(item: item) {
    case .image:
      var panel = try Figure.Panel(
        title: title, overlaying: heatMap(item: item), on: inputImage(item: item),
        colorMap: style.colorMap ?? colorMap, percentile: style.percentile, scaling: scaling,
        style: style.overlay, caption: caption)
      panel.image = try outlining(outlined(panel.image, item: item, all: false), item: item)
      return panel
    case .map: return try mapPanel(item: item, style: style, title: title, caption: caption)
    case .signal: return try signalChart(item: item, style: style).panel(title: title)
    case .vector: return try barChart(item: item).panel(title: title)
    case .text: return try textChart(item: item, style: style).panel(title: title)
    case .volume: return try volumePanel(item: item, style: style, title: title, caption: caption)
    }
  }

  /// A panel of the map by itself, as large as an image beside it if there is one.
  func mapPanel(
    item: Int, style: MapStyle, title: String? = nil, caption: String? = nil, beside image: Image? = nil
  ) throws -> Figure.Panel {
    var map = try mapImage(item: item, style: style)
    if let image {
      map =
        isShownAtOtherSize
        ? try mapImage(item: item, style: style, enlargedTo: image) : try map.enlarged(to: image)
    }
    return Figure.Panel(
      title: title, image: map,
      caption: try heatMap(item: item).zeroNote(scaling: scaling) ?? caption)
  }

  /// What lies along the sides of a map of an inner layer; nil of others.
  private var mapSides: String? {
    guard arrangedValues.shape.count == 3 else { return nil }
    return provenance.arrangedChannelAxis.map { _ in "channels × places" }
  }

  private func mapColorBar(item: Int, style: MapStyle) throws -> Figure.ColorBar {
    Figure.ColorBar(
      colorMap: style.colorMap ?? colorMap, of: [try heatMap(item: item)], percentile: style.percentile,
      scaling: scaling)
  }

  /// The map over the image; parameters and errors are those of ``figure(item:style:caption:)``.
  public func overlay(item: Int = 0, style: MapStyle = MapStyle()) throws -> Image {
    let overlay = try inputImage(item: item).overlaid(
      with: heatMap(item: item), colorMap: style.colorMap ?? colorMap, percentile: style.percentile,
      scaling: scaling, style: style.overlay)
    return outlined(overlay, item: item, all: false)
  }

  /// The map by itself, a pixel an element; parameters and errors are those of ``figure(item:style:caption:)``.
  public func mapImage(item: Int = 0, style: MapStyle = MapStyle()) throws -> Image {
    try heatMap(item: item).rendered(
      colorMap: style.colorMap ?? colorMap, percentile: style.percentile, scaling: scaling)
  }

  /// What was explained and how, such as "tiger cat · score 9.247 · probability 0.3946 · guided, absolute · model.onnx".
  public func caption(item: Int = 0) -> String {
    let units = units.indices.contains(item) ? units[item] : []
    var parts = [subject(item: item)]
    if units.count == 1, let unit = units.first {
      if let places = unit.places, places.positions == nil, provenance.isOutput { parts.append(places.text) }
      parts.append("score \(unit.score.text)")
      if let probability = unit.probability { parts.append("probability \(probability.text)") }
    }
    if provenance.side == .probability { parts.append("explains the probability") }
    if let layer = provenance.withRespectTo, !isForTokens { parts.append("with respect to \(layer)") }
    parts.append(
      provenance.methodSpecification + (provenance.isModified ? ", \(provenance.modifier)" : ""))
    parts.append(provenance.model.name)
    return parts.joined(separator: " · ")
  }

  /// What is explained, the first few units of many: "tiger cat + tabby", "filter 13 of conv5", "conv5:13 − 2 · output:3".
  public func subject(item: Int = 0, namesLayer: Bool = true) -> String {
    guard losses.isEmpty else { return provenance.layer }
    let units = units.indices.contains(item) ? units[item] : []
    let names = units.prefix(5).map(text(of:))
    return names.joined(separator: " + ") + (units.count > 5 ? " + …" : "")
      + (namesLayer && !provenance.isOutput ? " of \(provenance.layer)" : "")
  }

  /// The unit's name as people read it: "tiger cat", "unit 13", "filter 13" where it has a place in the input, with the place that is meant.
  private func text(of unit: Unit) -> String {
    let name =
      unit.name?.replacing("_", with: " ")
      ?? (unit.box != nil ? "class" : provenance.unitAxis == nil ? "unit" : "filter") + " \(unit.index)"
    // What is meant everywhere needs no place.
    return unit.places?.positions == nil ? name : "\(name), \(unit.place ?? "")"
  }
}

extension Image {
  /// The image with each pixel repeated until it is as large as another one; itself where it is not smaller.
  func enlarged(to other: Image) throws(ImageError) -> Image {
    guard width < other.width || height < other.height else { return self }
    return try resized(width: other.width, height: other.height, filter: .nearest)
  }
}
