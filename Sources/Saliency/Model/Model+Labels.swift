import FileAccess

extension Model {
  /// The names of the classes that the model's file has in its properties, or Hugging Face's `config.json` beside it; nil where there are none.
  ///
  /// Known are Ultralytics's `names`, PaddleOCR's `character`, whose first unit is the blank between signs and whose last the space, and `id2label`.
  /// What cannot be understood is passed over.
  ///
  /// - Parameter unitCount: the number of units that need names; names of another number are those of something else.
  func fileLabels(for unitCount: Int) -> Labels? {
    let candidates = [ultralyticsNames, paddleNames, huggingFaceNames]
    return candidates.compactMap(\.self).first { $0.count == unitCount }.map { Labels($0) }
  }

  /// The names of the classes that are explained: of a detector's rows or boxes those behind the numbers of the box.
  func fileLabels(
    forUnits unitCount: Int, of explained: ExplainedUnits.Explained, _ detector: Detector?
  ) -> Labels? {
    if let detector {
      if let count = detector.classCount { return fileLabels(for: count) ?? fileLabels(for: count + 1) }
      return namedClassCount.flatMap { fileLabels(for: $0) }
    }
    if let labels = fileLabels(for: unitCount) { return labels }
    return explained.detectedClasses.flatMap { fileLabels(for: $0.nameCount) }
  }

  /// How many classes the file names, as far as a detector has them; nil where it names none.
  var namedClassCount: Int? { (ultralyticsNames ?? huggingFaceNames)?.count }

  /// `{0: 'person', 1: 'bicycle'}`, as Python writes it.
  private var ultralyticsNames: [String?]? {
    guard let text = metadata["names"], text.hasPrefix("{"), text.hasSuffix("}") else { return nil }
    var names: [Int: String] = [:]
    var rest = text.dropFirst()
    while let colon = rest.firstIndex(of: ":"), let index = Int(rest[..<colon].trimmingSpaces) {
      rest = rest[rest.index(after: colon)...].drop { $0 == " " }
      guard let quote = rest.first, quote == "'" || quote == "\"" else { return nil }
      rest = rest.dropFirst()
      guard let end = rest.firstIndex(of: quote) else { return nil }
      names[index] = String(rest[..<end])
      rest = rest[rest.index(after: end)...].drop { $0 == " " || $0 == "," }
    }
    guard let largest = names.keys.max(), names.keys.min() == 0, largest < 1_000_000 else { return nil }
    return (0...largest).map { names[$0] }
  }

  private var paddleNames: [String?]? {
    guard let text = metadata["character"] else { return nil }
    var signs = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    if signs.last == "" { signs.removeLast() }
    return ["blank"] + signs.map { $0.hasSuffix("\r") ? String($0.dropLast()) : $0 } + [" "]
  }

  private var huggingFaceNames: [String?]? {
    guard let file = folder.map({ $0 + "config.json" }), RegularFile.exists(file),
      let bytes = try? RegularFile.contents(of: file, limit: 8 << 20),
      case .object(let entries)? = try? JSONValue(parsing: bytes),
      case .object(let names)? = entries["id2label"]
    else { return nil }
    var byIndex: [Int: String] = [:]
    for (key, name) in names {
      guard let index = Int(key), 0..<1_000_000 ~= index, case .string(let name) = name else { return nil }
      byIndex[index] = name
    }
    return byIndex.keys.max().map { largest in (0...largest).map { byIndex[$0] } }
  }
}
