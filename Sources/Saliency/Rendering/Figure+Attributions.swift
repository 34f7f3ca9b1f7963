public import SaliencyImage

extension Figure {
  /// A comparison of attributions of one input: a row for each method, a column for each target, and the image that they explain
  /// once at the left.
  ///
  /// Where the rows have one attribution each, its map stands beside the map over the image. Each map is scaled by itself. Of
  /// volumes the slice with the strongest attributions is shown.
  ///
  /// - Parameters:
  ///   - attributions: the attributions, row by row, as many in each.
  ///   - item: which input of the batch is meant.
  ///   - rowTitles: what stands to the left of the rows; where nil, what tells them apart: methods, else modifiers, else what is explained.
  ///   - style: what the maps look like.
  ///   - showsImage: whether the columns of several targets show maps over the image, and not by themselves.
  ///   - caption: the text below; what the attributions have in common where nil.
  /// - Throws: `SaliencyError` where there are no attributions or the input is none that is drawn, `ImageError` where rows differ in
  ///   length or a number is out of its range.
  public init(
    comparing attributions: [[Attribution]], item: Int = 0, rowTitles: [String]? = nil,
    style: MapStyle = MapStyle(), showsImage: Bool = true, caption: String? = nil
  ) throws {
    guard let row = attributions.first, let first = row.first else {
      throw SaliencyError(.invalidSetting, "the comparison has no attributions; it needs at least one")
    }
    let hasOneColumn = attributions.allSatisfy { $0.count == 1 }
    let image = try first.form(item: item) == .image ? first.inputImage(item: item) : nil
    let panels = try attributions.map { row in
      try row.flatMap { attribution in
        guard let image else { return [try attribution.panel(item: item, style: style)] }
        let map = try attribution.mapPanel(item: item, style: style, beside: image)
        guard hasOneColumn || showsImage else { return [map] }
        let over = try attribution.panel(item: item, style: style)
        return hasOneColumn ? [map, over] : [over]
      }
    }
    let all = Array(attributions.joined())
    try self.init(
      comparing: panels, rowTitles: rowTitles ?? Self.rowTitles(attributions, item: item),
      columnTitles: hasOneColumn
        ? image == nil ? [] : ["map", "overlay"] : row.map { $0.title(item: item) },
      image: image.map { Panel(title: first.inputTitle, image: $0) },
      caption: caption ?? Self.caption(of: all, item: item, hasTitles: !hasOneColumn),
      colorBars: try Self.colorBars(of: attributions, item: item, style: style), panelSides: 144...224)
  }

  /// A contact sheet of attributions of one input, such as those of the strongest filters of a layer: the map over the image for
  /// each, with the unit above and its score below.
  ///
  /// - Parameters:
  ///   - attributions: the attributions, at least one.
  ///   - item: which input of the batch is meant.
  ///   - columns: how many stand in a row; nil for as many as look good.
  ///   - style: what the maps look like.
  ///   - showsImage: whether maps lie over the image.
  ///   - caption: the text below; where nil, what the numbers are and what the attributions have in common.
  /// - Throws: `SaliencyError` where the input is none that is drawn, `ImageError` where there are no attributions or a number is out
  ///   of its range.
  public init(
    sheet attributions: [Attribution], item: Int = 0, columns: Int? = nil, style: MapStyle = MapStyle(),
    showsImage: Bool = true, caption: String? = nil
  ) throws {
    let panels = try attributions.map { attribution in
      let subject = attribution.subject(item: item, namesLayer: false)
      let score = attribution.onlyUnit(item: item)?.score.text
      switch try attribution.form(item: item) {
      case .signal, .vector, .text:
        let title = subject + (score.map { " (\($0))" } ?? "")
        return try attribution.panel(item: item, style: style, title: title)
      case .image where !showsImage, .map:
        return try attribution.mapPanel(
          item: item, style: style, title: subject, caption: score,
          beside: attribution.isShownAtOtherSize ? attribution.image : nil)
      case .image, .volume:
        return try attribution.panel(item: item, style: style, title: subject, caption: score)
      }
    }
    // A slice has its place beside its score.
    let isOfVolumes = try attributions.first?.form(item: item) == .volume
    try self.init(
      sheet: panels, columns: columns,
      caption: caption ?? Self.sheetCaption(of: attributions, item: item),
      colorBars: try Self.colorBars(of: [attributions], item: item, style: style),
      panelSides: isOfVolumes ? 144...224 : 96...224)
  }

  /// The image and the map of each channel, of an attribution that has channels.
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
    let image = try attribution.inputImage(item: item)
    let (width, height) = (maps[0].width, maps[0].height)
    // One below the other, so that they are scaled together.
    let column = try HeatMap(width: width, height: height * maps.count, values: maps.flatMap(\.values))
    let scaled = try column.normalized(percentile: style.percentile, scaling: attribution.scaling).values
    let panels = try maps.indices.map { channel in
      let values = scaled[channel * width * height..<(channel + 1) * width * height]
      let map = try HeatMap(width: width, height: height, values: Array(values))
      return Panel(
        title: "channel \(channel)",
        image: attribution.isShownAtOtherSize
          ? try map.resized(width: image.width, height: image.height).colored(colorMap)
          : try map.colored(colorMap).enlarged(to: image))
    }
    try self.init(
      sheet: [Panel(title: attribution.inputTitle, image: image)] + panels,
      columns: panels.count < 6 ? panels.count + 1 : nil,
      caption: attribution.caption(item: item) + " · one scale for all channels",
      colorBars: [
        ColorBar(colorMap: colorMap, of: [column], percentile: style.percentile, scaling: attribution.scaling)
      ])
  }
}

extension Figure {
  /// The methods, each with those of its options that it has otherwise in another row: "grad cam, layer conv5".
  private static func methodsWithDifferences(_ rows: [Attribution]) -> [String] {
    rows.map { row in
      let provenance = row.provenance
      let others = rows.map(\.provenance).filter { $0.method == provenance.method }
      let differences = provenance.methodOptions.filter { option in
        others.contains { !$0.methodOptions.contains(option) }
      }
      return ([provenance.method.replacing("-", with: " ")] + differences.map { "\($0.name) \($0.value)" })
        .joined(separator: ", ")
    }
  }

  /// What tells the rows of a comparison apart; nothing for a single row.
  private static func rowTitles(_ attributions: [[Attribution]], item: Int) -> [String] {
    let rows = attributions.compactMap(\.first)
    guard rows.count > 1 else { return [] }
    // Where a title is too long for its line, it is broken at a space.
    let choices = [
      rows.map { $0.provenance.method.replacing("-", with: " ") }, methodsWithDifferences(rows),
      rows.map { $0.provenance.modifier.replacing("-", with: " ") }, rows.map { $0.subject(item: item) },
    ]
    return choices.first { Set($0).count == rows.count } ?? choices[0]
  }

  /// What all attributions of a comparison have in common.
  ///
  /// - Parameter hasTitles: whether columns have titles, with numbers in brackets.
  private static func caption(of attributions: [Attribution], item: Int, hasTitles: Bool) throws -> String {
    var parts: [String] = []
    if let subject = common(attributions, { $0.subject(item: item) }) {
      parts.append(subject)
      if let unit = attributions[0].onlyUnit(item: item) { parts.append("score \(unit.score.text)") }
    } else if hasTitles, let numbers = kindOfNumbers(attributions.compactMap { $0.onlyUnit(item: item) }) {
      parts.append("\(numbers) in brackets")
    }
    return try (parts + circumstances(of: attributions, item: item)).joined(separator: " · ")
  }

  /// What the numbers of units are that stand beside their names; nil where there are none.
  private static func kindOfNumbers(_ units: [Attribution.Unit]) -> String? {
    guard !units.isEmpty else { return nil }
    if units.allSatisfy({ $0.probability != nil }) { return "probabilities" }
    if units.allSatisfy({ $0.boxQuantity.map(BoxQuantity.coordinates.contains) ?? false }) {
      return "coordinates"
    }
    let areScores = units.allSatisfy {
      $0.probability == nil && $0.boxQuantity.map { $0 == .objectness } ?? true
    }
    return areScores ? "scores" : "numbers"
  }

  /// What the numbers of a contact sheet are, and what its attributions have in common.
  private static func sheetCaption(of attributions: [Attribution], item: Int) throws -> String? {
    guard let first = attributions.first else { return nil }
    var parts: [String] = []
    if attributions.contains(where: { $0.onlyUnit(item: item) != nil }) {
      let place = first.provenance.unitAxis == nil ? "units" : "filters"
      parts.append(
        first.provenance.isOutput
          ? "units with their scores"
          : "\(place) of \(first.provenance.layer), with their "
            + (first.provenance.unitAxis == nil ? "activation" : "mean activation"))
    }
    return try (parts + circumstances(of: attributions, item: item)).joined(separator: " · ")
  }

  /// How all of several attributions came about, and how they are drawn.
  private static func circumstances(of attributions: [Attribution], item: Int) throws -> [String] {
    var parts: [String] = []
    if common(attributions, \.provenance.side.rawValue) == OutputSide.probability.rawValue {
      parts.append("explains the probability")
    }
    if let layer = common(attributions, { $0.isForTokens ? "" : $0.provenance.withRespectTo ?? "" }),
      !layer.isEmpty
    {
      parts.append("with respect to \(layer)")
    }
    let modifier = common(attributions, \.provenance.modifier)
    let isModified = attributions.contains(where: \.provenance.isModified)
    switch (common(attributions, \.provenance.methodSpecification), isModified ? modifier : nil) {
    case (let method?, let modifier?): parts.append("\(method), \(modifier)")
    case (let method?, nil): parts.append(method)
    case (nil, let modifier?): parts.append("gradient modifier \(modifier)")
    case (nil, nil): break
    }
    if let model = common(attributions, \.provenance.model.name) { parts.append(model) }
    let form = try attributions[0].form(item: item)
    if form == .volume { parts.append("strongest slices") }
    if attributions.count > 1, form != .vector, form != .text { parts.append("each map is scaled by itself") }
    return parts
  }

  /// What is the same for all; nil where it is not.
  private static func common(_ attributions: [Attribution], _ text: (Attribution) -> String) -> String? {
    let texts = Set(attributions.map(text))
    return texts.count == 1 ? texts.first : nil
  }
}

extension Attribution {
  /// What stands above a column: the units, and the probability or score of an only one.
  fileprivate func title(item: Int) -> String {
    let subject = subject(item: item)
    guard let unit = onlyUnit(item: item) else { return subject }
    return subject + " (\((unit.probability ?? unit.score).text))"
  }

  /// The unit that an item of the batch was explained for, if it is only one.
  fileprivate func onlyUnit(item: Int) -> Unit? {
    units.indices.contains(item) && units[item].count == 1 ? units[item][0] : nil
  }

  /// What the image is that figures show beside maps.
  fileprivate var inputTitle: String { image == nil ? "input" : "image" }
}
