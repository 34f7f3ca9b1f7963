internal import FoundationEssentials

/// What is told of an answer, as the command prints it under `--json`: a value that front ends share.
///
/// `Documentation/reports.schema.json` describes all of them.
public protocol Report: Sendable, Codable {}

extension Report {
  /// The report as JSON: names of fields in snake case and sorted, indented by two spaces.
  ///
  /// - Throws: `EncodingError` where a number is not finite, or the question has a formula of the user's own.
  public func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    encoder.keyEncodingStrategy = .convertToSnakeCase
    return String(decoding: try encoder.encode(self), as: UTF8.self)
  }

  /// Reads what ``json()`` wrote.
  ///
  /// - Throws: `DecodingError` where it is no such report.
  public init(json: String) throws {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    self = try decoder.decode(Self.self, from: Data(json.utf8))
  }
}

/// A report of something that was written to files and took its time.
public protocol WrittenReport: Report {
  /// The files that were written.
  var outputs: [OutputReport] { get set }
  /// The milliseconds of each stage of the work, by its name.
  var timingsMilliseconds: [String: Double] { get set }
}

/// What is told of a file that was written.
public struct OutputReport: Report {
  /// The path, or `-` for standard output.
  public let path: String
  /// The format, such as `png` or `npy`.
  public let form: String

  /// A file that was written.
  public init(path: String, form: String) { (self.path, self.form) = (path, form) }
}
