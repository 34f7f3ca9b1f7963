import FileAccess

/// What the tokens of inputs are called: the pieces of text that their numbers stand for.
///
/// ```swift
/// let attribution = try await explainer.attribution(of: numbers).naming(tokens: TokenNames(["[CLS]", "good", "[SEP]"]))
/// ```
public struct TokenNames: Sendable, Hashable {
  /// The names in order, a list for each item of a batch.
  public let items: [[String]]
  /// The file that they were read from, if any.
  let path: String?

  /// Whether both have the same names, wherever they come from.
  public static func == (left: TokenNames, right: TokenNames) -> Bool { left.items == right.items }

  /// Hashes the names alone.
  public func hash(into hasher: inout Hasher) { hasher.combine(items) }

  /// The names of one text's tokens.
  public init(_ names: [String]) { self.init(items: [names]) }

  /// The names of the tokens of each item of a batch.
  public init(items: [[String]]) { (self.items, path) = (items, nil) }

  /// Reads names from a file: one a line, as they are, or a JSON list of texts; of a batch of several a JSON list of such lists.
  ///
  /// - Throws: `SaliencyError` where the file cannot be read or is neither.
  public init(contentsOf path: String) throws(SaliencyError) {
    let bytes: [UInt8]
    do {
      bytes = try RegularFile.contents(of: path, limit: 64 << 20)
    } catch {
      throw SaliencyError(error.isTooLarge ? .invalidFile : .unreadable, "the file \(error)", file: path)
    }
    try self.init(parsing: bytes, path: path)
  }

  init(parsing bytes: [UInt8], path: String) throws(SaliencyError) {
    func invalid(_ reason: String) -> SaliencyError {
      SaliencyError(
        .invalidFile,
        "\(reason); tokens are one a line, or a JSON list of texts, and of a batch of several a JSON list of such lists",
        file: path)
    }
    let bytes = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes.dropFirst(3)) : bytes
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw invalid("the file is not UTF-8 text")
    }
    self.path = path
    guard Self.isJSON(text) else {
      var lines = text.split(separator: "\n", omittingEmptySubsequences: false).flatMap {
        // Swift takes a carriage return and a line feed for one letter.
        $0.split(separator: "\r\n", omittingEmptySubsequences: false)
      }.map(String.init)
      if lines.last == "" { lines.removeLast() }
      guard !lines.isEmpty else { throw invalid("the file is empty") }
      guard !text.utf8.contains(0) else { throw invalid("the file is not text") }
      items = [lines]
      return
    }
    let json: JSONValue
    do {
      json = try JSONValue(parsing: bytes)
    } catch {
      throw invalid("\(error)")
    }
    guard case .array(let entries) = json, let first = entries.first else {
      throw invalid("the JSON list is empty")
    }
    func texts(_ values: [JSONValue]) throws(SaliencyError) -> [String] {
      var texts: [String] = []
      for (index, value) in values.enumerated() {
        guard case .string(let text) = value else {
          throw invalid("element \(index) of the JSON list is no text")
        }
        texts.append(text)
      }
      return texts
    }
    guard case .array = first else {
      items = [try texts(entries)]
      return
    }
    var items: [[String]] = []
    for (index, entry) in entries.enumerated() {
      guard case .array(let values) = entry else {
        throw invalid("element \(index) of the JSON list is no list, as the first is")
      }
      items.append(try texts(values))
    }
    self.items = items
  }

  /// Whether a text is a JSON list, and not lines that begin with a token in brackets such as `[CLS]`.
  private static func isJSON(_ text: String) -> Bool {
    let rest = text.drop(while: \.isWhitespace)
    guard rest.first == "[", let next = rest.dropFirst().first(where: { !$0.isWhitespace }) else {
      return false
    }
    return next == "\"" || next == "[" || next == "]"
  }
}
