import SaliencyImage

extension Attribution {
  /// The shortest run of padding that is drawn as one.
  private static let shortestRun = 4

  /// The tokens of an item as running text.
  func textChart(item: Int, style: MapStyle) throws -> TextChart {
    let tokens = tokens(item: item, by: style.tokenMeasure) ?? []
    let names = tokens.map { token in token.text ?? token.number.map { "\($0)" } ?? "#\(token.position)" }
    var (shown, values): ([String], [Float]) = ([], [])
    var paddings: Set<String> = []
    var start = 0
    while start < names.count {
      var end = start + 1
      while end < names.count, names[end] == names[start] { end += 1 }
      if end - start >= Self.shortestRun, isPadding(tokens[start], named: names[start]) {
        paddings.insert(names[start])
        let sum = tokens[start..<end].reduce(0.0) { $0 + Double($1.value) }
        shown.append("‹\(names[start].filter { $0 != "‹" && $0 != "›" })×\(end - start)›")
        values.append(Float(sum / Double(end - start)))
      } else {
        shown += names[start..<end]
        values += tokens[start..<end].map(\.value)
      }
      start = end
    }
    let areBytes = tokenNames == nil && provenance.resolved.tokens?.areBytes == true
    var chart = try TextChart(
      tokens: areBytes
        ? zip(shown, values).map { .init($0, attribution: $1, startsWord: $0.hasPrefix("‹")) }
        : TokenWords.chartTokens(shown, values: values))
    (chart.percentile, chart.colorMap) = (style.percentile, style.colorMap)
    chart.scaling = style.tokenMeasure == .norm ? .positive : scaling
    chart.scaleLabel =
      (provenance.resolved.isForEmbedding
        ? "\(style.tokenMeasure.rawValue) of each token's row" : "each token")
      + (paddings.isEmpty ? "" : "; padding has its mean")
    return chart
  }

  /// Whether a token fills up the length of a text.
  private func isPadding(_ token: Token, named name: String) -> Bool {
    if tokenNames == nil, provenance.resolved.tokens?.areBytes == true { return token.number ?? 0 > 255 }
    return TokenWords.isSpecial(name) && name.lowercased().contains("pad")
  }
}
