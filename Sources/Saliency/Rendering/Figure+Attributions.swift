public import SaliencyImage

extension Figure {
  /// A comparison of attributions of one input: a row for each method, a column for each target, and the picture that they explain
  /// once at the left.
  ///
  /// Where the rows have one attribution each, its map stands beside the map over the picture. Each map is scaled by itself.
  ///
  /// - Parameters:
  ///   - attributions: the attributions, row by row, as many in each.
  ///   - item: which input of the batch is meant.
  ///   - rowTitles: what stands to the left of the rows; the methods where nil.
  ///   - style: what the maps look like.
  ///   - showsPicture: whether the columns of several targets show maps over the picture, and not by themselves.
  ///   - caption: the text below; what the attributions have in common where nil.
  /// - Throws: `SaliencyError` where there are no attributions or the input is no picture, `ImageError` where rows differ in
  ///   length or a number is out of its range.
  public init(
    comparing attributions: [[Attribution]], item: Int = 0, rowTitles: [String]? = nil,
    style: MapStyle = MapStyle(), showsPicture: Bool = true, caption: String? = nil
  ) throws {
    guard let row = attributions.first, let first = row.first else {
      throw SaliencyError(.invalidSetting, "the comparison has no attributions; it needs at least one")
    }
    let isPicture = try first.form(item: item) == .picture
    let isByMethod = attributions.allSatisfy { $0.count == 1 }
    let panels = try attributions.map { row in
      try row.flatMap { attribution in
        let map = isPicture ? Panel(image: try attribution.mapPicture(item: item, style: style)) : nil
        let over = try attribution.panel(item: item, style: style)
        guard let map else { return [over] }
        return isByMethod ? [map, over] : [showsPicture ? over : map]
      }
    }
    let subject =
      Set(attributions.joined().map { $0.subject(item: item) }).count == 1 ? first.subject(item: item) : nil
    try self.init(
      comparing: panels, rowTitles: rowTitles ?? Self.rowTitles(attributions),
      columnTitles: isByMethod
        ? isPicture ? ["map", "overlay"] : [] : row.map { $0.title(item: item) },
      photograph: isPicture
        ? Panel(
          title: first.photograph == nil ? "input" : "photograph", image: try first.picture(item: item))
        : nil,
      caption: caption
        ?? first.comparisonCaption(
          item: item, of: subject, hasOneMethod: attributions.count == 1,
          hasOneModifier: Set(attributions.joined().map(\.provenance.modifier)).count == 1,
          hasSingleUnits: row.contains { $0.units.indices.contains(item) && $0.units[item].count == 1 }),
      colorBar: isPicture ? ColorBar(colorMap: style.colorMap ?? first.colorMap) : nil,
      panelSides: 144...224)
  }

  /// The methods, or where there is only one, nothing.
  private static func rowTitles(_ attributions: [[Attribution]]) -> [String] {
    attributions.count == 1 ? [] : attributions.map { $0.first?.provenance.method ?? "" }
  }

  /// A contact sheet of attributions of one input, such as those of the strongest filters of a layer: the map over the picture for
  /// each, with the unit above and its score below.
  ///
  /// - Parameters:
  ///   - attributions: the attributions, at least one.
  ///   - item: which input of the batch is meant.
  ///   - columns: how many stand in a row; nil for as many as look good.
  ///   - style: what the maps look like.
  ///   - showsPicture: whether maps lie over the picture.
  ///   - caption: the text below.
  /// - Throws: `SaliencyError` where the input is no picture, `ImageError` where there are no attributions or a number is out of
  ///   its range.
  public init(
    sheet attributions: [Attribution], item: Int = 0, columns: Int? = nil, style: MapStyle = MapStyle(),
    showsPicture: Bool = true, caption: String? = nil
  ) throws {
    let panels = try attributions.map { attribution in
      let units = attribution.units.indices.contains(item) ? attribution.units[item] : []
      let (title, score) = (
        attribution.subject(item: item, namesLayer: false), units.count == 1 ? units[0].score.text : nil
      )
      return showsPicture
        ? try attribution.panel(item: item, style: style, title: title, caption: score)
        : Panel(title: title, image: try attribution.mapPicture(item: item, style: style), caption: score)
    }
    try self.init(
      sheet: panels, columns: columns, caption: caption,
      colorBar: attributions.first.map { ColorBar(colorMap: style.colorMap ?? $0.colorMap) })
  }
}

extension Figure {
  /// The picture and the map of each channel, of an attribution that has channels.
  ///
  /// All maps have the same scale, so that channels can be compared.
  ///
  /// - Parameters:
  ///   - attribution: the attribution.
  ///   - item: which input of the batch is meant.
  ///   - style: what the maps look like.
  /// - Throws: `SaliencyError` where the attribution has no height and width or more than 64 channels,
  ///   `ImageError` where a number is out of its range.
  public init(channelsOf attribution: Attribution, item: Int = 0, style: MapStyle = MapStyle()) throws {
    let maps = try attribution.channelHeatMaps(item: item)
    let colorMap = style.colorMap ?? attribution.colorMap
    let (width, height) = (maps[0].width, maps[0].height)
    // One below the other, so that they are scaled together.
    let column = try HeatMap(width: width, height: height * maps.count, values: maps.flatMap(\.values))
      .rendered(colorMap: colorMap, percentile: style.percentile, scaling: attribution.scaling)
    let panels = try maps.indices.map { channel in
      Panel(
        title: "channel \(channel)",
        image: try column.cropped(x: 0, y: channel * height, width: width, height: height))
    }
    let picture = Panel(
      title: attribution.photograph == nil ? "input" : "photograph",
      image: try attribution.picture(item: item))
    try self.init(
      sheet: [picture] + panels, columns: panels.count < 6 ? panels.count + 1 : nil,
      caption: attribution.caption(item: item), colorBar: ColorBar(colorMap: colorMap))
  }
}

extension Attribution {
  /// What stands above a column: the units, and the probability or score of an only one.
  fileprivate func title(item: Int) -> String {
    let units = units.indices.contains(item) ? units[item] : []
    let subject = subject(item: item)
    guard units.count == 1, let unit = units.first else { return subject }
    return subject + " (\((unit.probability ?? unit.score).text))"
  }

  /// What all attributions of a comparison have in common.
  fileprivate func comparisonCaption(
    item: Int, of subject: String?, hasOneMethod: Bool, hasOneModifier: Bool, hasSingleUnits: Bool
  ) -> String {
    let units = units.indices.contains(item) ? units[item] : []
    var parts: [String] = []
    if let subject {
      parts.append(subject)
      if units.count == 1 { parts.append("score \(units[0].score.text)") }
    } else if hasSingleUnits {
      parts.append(units.first?.probability == nil ? "scores in brackets" : "probabilities in brackets")
    }
    if let layer = provenance.withRespectTo { parts.append("with respect to \(layer)") }
    let ways = (hasOneMethod ? [provenance.method] : []) + (hasOneModifier ? [provenance.modifier] : [])
    if !ways.isEmpty { parts.append(ways.joined(separator: ", ")) }
    parts.append(provenance.model.name)
    parts.append("each map is scaled by itself")
    return parts.joined(separator: " · ")
  }
}
