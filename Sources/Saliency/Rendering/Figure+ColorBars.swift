import SaliencyImage

extension Figure {
  /// The bars of the colors that the maps of a comparison have, none where charts have axes of their own: one where all have the same
  /// colors; one beside each run of rows where rows differ; side by side where maps of one row differ.
  static func colorBars(of rows: [[Attribution]], item: Int, style: MapStyle) throws -> [ColorBar] {
    guard let first = rows.first?.first, [.image, .map, .volume].contains(try first.form(item: item)) else {
      return []
    }
    func colorMap(_ attribution: Attribution) -> ColorMap { style.colorMap ?? attribution.colorMap }
    func bar(_ attributions: [Attribution], rows: Range<Int>? = nil) throws -> ColorBar {
      let maps = try attributions.filter { try $0.form(item: item).hasHeatMaps }.map {
        try $0.heatMap(item: item)
      }
      return ColorBar(
        colorMap: colorMap(attributions[0]), of: maps, percentile: style.percentile,
        scaling: attributions[0].scaling, rows: rows)
    }
    let all = Array(rows.joined())
    if all.allSatisfy({ colorMap($0) == colorMap(first) }) { return [try bar(all)] }
    guard rows.allSatisfy({ row in row.allSatisfy { colorMap($0) == colorMap(row[0]) } }) else {
      let maps = all.map(colorMap)
      return try maps.indices.filter { !maps[..<$0].contains(maps[$0]) }.map { index in
        try bar(all.filter { colorMap($0) == maps[index] })
      }
    }
    var bars: [ColorBar] = []
    var start = 0
    for end in 1...rows.count
    where end == rows.count || colorMap(rows[end][0]) != colorMap(rows[start][0]) {
      bars.append(try bar(Array(rows[start..<end].joined()), rows: start..<end))
      start = end
    }
    return bars
  }
}
