import FileAccess

/// The names of a network's outputs.
public struct Labels: Sendable, Equatable {
  /// The names by index; nil where the file leaves one out.
  public let names: [String?]
  /// The file that they were read from, if any.
  let path: String?
  /// Whether the names are a list, of one for each unit, and not some by their indices.
  let isList: Bool

  /// Whether both have the same names, wherever they come from.
  public static func == (left: Labels, right: Labels) -> Bool { left.names == right.names }

  /// Names in order.
  public init(_ names: [String?]) {
    self.names = names
    path = nil
    isList = true
  }

  /// Reads names from a file: one a line, a JSON list, `{index: name}`, `{name: index}`, or Keras's class index
  /// `{index: [identifier, name]}`.
  ///
  /// - Throws: `SaliencyError` where the file cannot be read or is none of these.
  public init(contentsOf path: String) throws(SaliencyError) {
    let bytes: [UInt8]
    do {
      bytes = try RegularFile.contents(of: path, limit: 8 << 20)
    } catch {
      throw SaliencyError(error.isTooLarge ? .invalidFile : .unreadable, "the file \(error)", file: path)
    }
    try self.init(parsing: bytes, path: path)
  }

  init(parsing bytes: [UInt8], path: String) throws(SaliencyError) {
    func invalid(_ reason: String) -> SaliencyError {
      SaliencyError(
        .invalidFile,
        "\(reason); labels are one name a line, a JSON list of names, or a JSON object {index: name}",
        file: path
      )
    }
    // Some editors on Windows begin a file with this mark.
    let bytes = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes.dropFirst(3)) : bytes
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw invalid("the file is not UTF-8 text")
    }
    self.path = path
    let start = text.first { !$0.isWhitespace }
    isList = start != "{"
    guard start == "[" || start == "{" else {
      var lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        .map { $0.trimmingSpaces }
      while lines.last == "" { lines.removeLast() }
      guard !lines.isEmpty else { throw invalid("the file is empty") }
      guard !lines.contains(where: { $0.utf8.contains(0) }) else { throw invalid("the file is not text") }
      names = lines.map { $0.isEmpty ? nil : $0 }
      return
    }
    let json: JSONValue
    do {
      json = try JSONValue(parsing: bytes)
    } catch {
      throw invalid("\(error)")
    }
    switch json {
    case .array(let items):
      names = items.map(\.text)
    case .object(let entries):
      var byIndex: [Int: String] = [:]
      for (key, value) in entries {
        if let index = Int(key) {
          if let name = value.text {
            byIndex[index] = name
          } else if case .array(let items) = value, let name = items.last?.text {
            byIndex[index] = name
          }
        } else if case .number(let number) = value, let index = Int(exactly: number) {
          byIndex[index] = key
        }
      }
      guard let largest = byIndex.keys.max(), byIndex.keys.allSatisfy({ 0...10_000_000 ~= $0 }) else {
        throw invalid("the JSON object has no indices")
      }
      names = (0...largest).map { byIndex[$0] }
    default:
      throw invalid("the JSON is neither a list nor an object")
    }
    guard names.contains(where: { $0 != nil }) else { throw invalid("there are no names") }
  }

  /// The name of a unit, nil where it has none.
  public func name(of index: Int) -> String? { names.indices.contains(index) ? names[index] : nil }

  /// The unit of a name; capitals, and spaces against underscores, make no difference unless they must.
  ///
  /// - Throws: `SaliencyError` where no unit or more than one has the name, with the nearest names.
  public func index(of name: String) throws(SaliencyError) -> Int {
    if let exact = only(named: name, { $0 }) { return try exact.get() }
    if let folded = only(named: name, { $0.lowercased().replacing("_", with: " ") }) {
      return try folded.get()
    }
    throw SaliencyError(
      .unknownTarget,
      "no class is called '\(name)'" + Suggestions.sentence(for: name, in: names.compactMap { $0 }),
      file: path)
  }

  private func only(named name: String, _ fold: (String) -> String) -> Result<Int, SaliencyError>? {
    let wanted = fold(name)
    let matches = names.indices.filter { names[$0].map(fold) == wanted }
    guard matches.count > 1 else { return matches.first.map { .success($0) } }
    let list = matches.prefix(8).map(String.init).joined(separator: ", ")
    return .failure(
      SaliencyError(
        .unknownTarget, "'\(name)' is the name of several classes, \(list); give the index", file: path))
  }
}
