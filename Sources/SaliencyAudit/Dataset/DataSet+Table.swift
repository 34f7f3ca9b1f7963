internal import FoundationEssentials
internal import Saliency

extension DataSet {
  /// The images of a table.
  init(table path: String) throws {
    let ending = path.split(separator: ".").last?.lowercased() ?? ""
    func invalid(_ reason: String) -> SaliencyError { SaliencyError(.invalidFile, reason, file: path) }
    guard !OutputFile(path).exists || ["csv", "tsv", "jsonl", "ndjson"].contains(ending) else {
      throw invalid(
        "it is no folder and no table; give a folder of images, or a table that ends in .csv, .tsv or .jsonl")
    }
    let bytes = try FileContents(contentsOf: path, limit: 1 << 30).bytes
    guard
      let text = String(
        validating: bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes[...], as: UTF8.self)
    else { throw invalid("the table is not UTF-8 text") }
    let rows: [(line: Int, row: Row)] =
      switch ending {
      case "csv": try Self.rows(separated: ",", text, invalid)
      case "tsv": try Self.rows(separated: "\t", text, invalid)
      default: try Self.rows(lines: text, invalid)
      }
    var seen: [[UInt8]: Int] = [:]
    let entries = try rows.map { line, row in
      guard !row.path.isEmpty else { throw invalid("line \(line) has no path") }
      if let other = seen.updateValue(line, forKey: Array(row.path.utf8)) {
        throw invalid("line \(line) names '\(ReportText.printable(row.path))' again, which line \(other) has")
      }
      return Entry(path: row.path, className: row.label?.nonEmpty, mask: row.mask?.nonEmpty)
    }
    let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    try self.init(root: folder.isEmpty ? "/" : folder, .table, entries)
  }

  /// A row as JSON Lines have it. A label may be a number.
  private struct Row: Decodable {
    let path: String
    let label: String?
    let mask: String?

    init(path: String, label: String?, mask: String?) {
      (self.path, self.label, self.mask) = (path, label, mask)
    }

    private enum CodingKeys: String, CodingKey { case path, label, mask }

    init(from decoder: any Decoder) throws {
      let fields = try decoder.container(keyedBy: CodingKeys.self)
      path = try fields.decode(String.self, forKey: .path)
      if let index = try? fields.decodeIfPresent(Int.self, forKey: .label) {
        label = String(index)
      } else {
        label = try fields.decodeIfPresent(String.self, forKey: .label)
      }
      mask = try fields.decodeIfPresent(String.self, forKey: .mask)
    }
  }

  private static func rows(
    lines text: String, _ invalid: (String) -> SaliencyError
  ) throws -> [(line: Int, row: Row)] {
    let decoder = JSONDecoder()
    return try text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated()
      .compactMap { index, line in
        guard !line.allSatisfy(\.isWhitespace) else { return nil }
        guard let row = try? decoder.decode(Row.self, from: Data(line.utf8)) else {
          throw invalid(
            "line \(index + 1) is not as in {\"path\": \"a.jpg\", \"label\": \"bird\", \"mask\": \"a.png\"}, of which the path is needed"
          )
        }
        return (index + 1, row)
      }
  }

  private static func rows(
    separated separator: Character, _ text: String, _ invalid: (String) -> SaliencyError
  ) throws -> [(line: Int, row: Row)] {
    let records = try DelimitedText.records(of: text, separator: separator).map { record in
      guard let record else { throw invalid("a quoted field has no end") }
      return record
    }
    guard let header = records.first else { throw invalid("the table is empty") }
    let names = header.fields.map { $0.lowercased().trimmingSpaces }
    guard let path = names.firstIndex(of: "path") else {
      throw invalid("its first line names no column 'path'; the columns are path, label and mask")
    }
    let (label, mask) = (names.firstIndex(of: "label"), names.firstIndex(of: "mask"))
    return try records.dropFirst().map { record in
      guard record.fields.count == names.count else {
        throw invalid(
          "line \(record.line) has \(record.fields.count) fields, and the first line names \(names.count)")
      }
      let row = Row(
        path: record.fields[path], label: label.map { record.fields[$0] },
        mask: mask.map { record.fields[$0] })
      return (record.line, row)
    }
  }
}

extension String {
  fileprivate var nonEmpty: String? { isEmpty ? nil : self }

  fileprivate var trimmingSpaces: String {
    String(drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
  }
}
