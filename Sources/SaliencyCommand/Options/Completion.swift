import ArgumentParser
import FoundationEssentials
import Saliency

extension CompletionKind {
  /// A method with its options.
  static let method = custom { Completion($0, $2).method }
  /// Methods joined by commas.
  static let methods = custom { Completion($0, $2).methods }
  /// A metric with its options.
  static let metric = custom { Completion($0, $2).metric }
  /// A layer of the model on the line.
  static let layer = custom { Completion($0, $2).layer }
  /// Classes of the labels on the line.
  static let target = custom { Completion($0, $2).target }
  /// An input of the model on the line.
  static let inputName = custom { Completion($0, $2).inputName }
  /// An output of the model on the line.
  static let outputName = custom { Completion($0, $2).outputName }
  /// A color map.
  static let colorMap = list(ColorMap.all.map(\.name))
}

/// What may stand where a line is completed. Files that are missing or damaged give no words and no errors.
struct Completion {
  /// The words of the line, from the program's name on.
  private let words: [String]
  /// What is typed of the word before the cursor.
  private let prefix: String

  init(_ words: [String], _ prefix: String) {
    self.words = words.map(Self.unquoted)
    self.prefix = Self.unquoted(prefix)
  }

  var method: [String] { specification(in: Saliency.Method.catalog) }
  var metric: [String] { specification(in: MetricEntry.catalog) }
  var methods: [String] { last(of: Saliency.Method.catalog.map(\.name)) }
  var layer: [String] { begun(layers) }
  var inputName: [String] { begun(model?.inputs.map(\.name) ?? []) }
  var outputName: [String] { begun(model?.outputs ?? []) }

  var target: [String] {
    let labels = path(after: "--labels").flatMap { try? Labels(contentsOf: $0) }
    return last(of: ["top", "top:5"] + (labels?.names ?? []).compactMap(\.self).filter { !$0.contains(",") })
  }

  /// `NAME`, and where a name stands already `NAME:OPTION=`, and for layers their names.
  private func specification(in entries: [some CatalogEntry]) -> [String] {
    guard let colon = prefix.lastIndex(of: ":") else { return begun(entries.map(\.name)) }
    let typed = CatalogSpecification(String(prefix[..<colon]), in: entries)
    let entry = entries.first { $0.name == typed.name }
    let start = String(prefix[...colon])
    if prefix[colon...].hasPrefix(":layer=") { return begun(layers.map { "\(start)layer=\($0)" }) }
    return begun((entry?.options ?? []).filter { !typed.sets($0.name) }.map { "\(start)\($0.name)=" })
  }

  /// Candidates for the last of several that are joined by commas.
  private func last(of candidates: [String]) -> [String] {
    let start = prefix.lastIndex(of: ",").map { String(prefix[...$0]) } ?? ""
    return begun(candidates.map { start + $0 })
  }

  /// Those that begin as what is typed.
  private func begun(_ candidates: [String]) -> [String] {
    let wanted = prefix.lowercased()
    return candidates.filter { $0.lowercased().hasPrefix(wanted) && !$0.contains(where: \.isNewline) }
  }

  /// The model on the line: the first word with the ending of one.
  private var model: Model? {
    let endings = [".onnx", ".keras", ".h5", ".hdf5"]
    let path = words.dropFirst().first { word in endings.contains { word.lowercased().hasSuffix($0) } }
    return path.flatMap { try? Model(contentsOf: $0) }
  }

  private var layers: [String] { model?.layerNames ?? [] }

  /// The file that an option names.
  private func path(after option: String) -> String? {
    if let word = words.first(where: { $0.hasPrefix(option + "=") }) {
      return String(word.dropFirst(option.count + 1))
    }
    guard let position = words.firstIndex(of: option), position + 1 < words.count else { return nil }
    return words[position + 1]
  }

  /// A word as the shell would hand it over: without quotes, and with the home folder for `~`.
  private static func unquoted(_ word: String) -> String {
    let word = word.filter { !"\"'\\".contains($0) }
    guard word.hasPrefix("~/"), let home = ProcessInfo.processInfo.environment["HOME"] else {
      return word
    }
    return home + word.dropFirst()
  }
}
