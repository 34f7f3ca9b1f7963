/// Records of fields with a separator between them, quoted where they need it (RFC 4180).
enum DelimitedText {
  struct Record: Equatable {
    /// The line that it begins in, counted from 1.
    let line: Int
    let fields: [String]
  }

  /// The records of a text, without empty lines; nil in the place of one with a quoted field that has no end.
  static func records(of text: String, separator: Character) -> [Record?] {
    var records: [Record?] = []
    var (fields, field): ([String], String) = ([], "")
    var (line, start) = (1, 1)
    var (isQuoted, wasQuoted) = (false, false)
    var rest = text[...]
    func isEmptyRecord() -> Bool { fields.isEmpty && field.isEmpty && !wasQuoted }
    func end() {
      if !isEmptyRecord() { records.append(Record(line: start, fields: fields + [field])) }
      (fields, field, wasQuoted) = ([], "", false)
    }
    while let character = rest.popFirst() {
      if isQuoted {
        if character == "\"" {
          if rest.first == "\"" { field.append(rest.removeFirst()) } else { isQuoted = false }
        } else {
          if character.isNewline { line += 1 }
          field.append(character)
        }
      } else if character == "\"", field.isEmpty, !wasQuoted {
        (isQuoted, wasQuoted) = (true, true)
      } else if character == separator {
        fields.append(field)
        (field, wasQuoted) = ("", false)
      } else if character.isNewline {
        end()
        line += 1
        start = line
      } else {
        field.append(character)
      }
    }
    if isQuoted { return records + [nil] }
    end()
    return records
  }
}
