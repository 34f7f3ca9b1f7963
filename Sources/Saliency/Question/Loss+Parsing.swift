extension Loss {
  /// A loss as people write it, with its weight: `LAYER`, `LAYER:FILTERS` or `LAYER:FILTERS:WEIGHT`.
  ///
  /// Behind the filters a place may stand, as of targets: `conv5:13@4x5`, `output:2,3@mask.png`. It holds for all of them.
  ///
  /// `LAYER` is a name or an index, and `output` the network's output; `FILTERS` are indices joined by commas, or `all`; `WEIGHT` is
  /// a number, 1 where it is left out. A name that contains colons needs both of the others behind it.
  ///
  /// - Throws: `SaliencyError` where a part is none of these.
  public static func parsing(_ text: String) throws(SaliencyError) -> (loss: Loss, weight: Float) {
    func invalid(_ reason: String) -> SaliencyError {
      SaliencyError(
        .invalidSetting,
        "the loss '\(text.printable())' \(reason); a loss is LAYER:FILTERS:WEIGHT, such as 'conv5:13,20:0.5', 'output:285' or "
          + "'conv5:all:-1'")
    }
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    let name = parts.count > 2 ? parts.dropLast(2).joined(separator: ":") : String(parts[0])
    guard !name.isEmpty else { throw invalid("names no layer") }
    var weight: Float = 1
    if parts.count > 2 {
      guard let number = Float(parts[parts.count - 1].trimmingSpaces), number.isFinite else {
        throw invalid("has the weight '\(parts[parts.count - 1])', which is no finite number")
      }
      weight = number
    }
    var filters: [Int] = []
    var list = parts.count > 2 ? parts[parts.count - 2] : parts.count == 2 ? parts[1] : "all"
    var place: TargetPlace?
    if let separator = list.lastIndex(of: "@") {
      place = try TargetPlace(parsing: list[list.index(after: separator)...].trimmingSpaces, of: text)
      list = list[..<separator]
    }
    if list.trimmingSpaces != "all" {
      for piece in list.split(separator: ",", omittingEmptySubsequences: false) {
        guard let filter = Int(piece.trimmingSpaces) else {
          throw invalid("has the filter '\(piece)', which is no index")
        }
        filters.append(filter)
      }
    }
    return (
      .activationMaximization(of: name == "output" ? nil : .name(name), filters: filters, at: place), weight
    )
  }
}
