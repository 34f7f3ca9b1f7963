import FileAccess

/// Something of a list that is chosen by name, with options.
public protocol CatalogEntry: Sendable {
  /// The name.
  var name: String { get }
  /// Other names that are in use.
  var aliases: [String] { get }
  /// One line about it.
  var summary: String { get }
  /// Its parameters.
  var options: [CatalogOption] { get }
}

extension CatalogEntry {
  /// Whether a name as people type it is the entry's, or one of its other names: `gradcam`, `Grad-CAM` and `grad_cam` are all `grad-cam`.
  public func isCalled(_ name: some StringProtocol) -> Bool {
    let wanted = LooseName(name)
    return ([self.name] + aliases).contains { LooseName($0) == wanted }
  }
}

/// A parameter that can be set by name.
public struct CatalogOption: Sendable, Hashable {
  /// The name.
  public let name: String
  /// The value where none is given.
  public let standard: String
  /// What it is, in a few words.
  public let summary: String

  /// The option that many have for their random numbers.
  static let seed = CatalogOption(name: "seed", standard: "0", summary: "where the random numbers start")
  /// The option that many have for their baseline.
  static let baseline = CatalogOption(
    name: "baseline", standard: "zeros", summary: "zeros, mean, blur, or a number")
}

/// The values of an entry's options, those that were given and the standard ones of the others.
struct CatalogOptions: Sendable {
  /// What has the options, such as "method 'rise'".
  let owner: String
  private let names: [String]
  private let values: [String: String]

  /// An entry as people write it, `NAME` or `NAME:OPTION=VALUE:OPTION=VALUE`, with the values of its options.
  ///
  /// - Parameter kind: what the entries are called in errors, such as "method".
  static func parse<Entry: CatalogEntry>(
    _ text: String, of kind: String, in entries: [Entry]
  ) throws(SaliencyError) -> (Entry, CatalogOptions) {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(\.trimmingSpaces)
    guard let entry = entries.first(where: { $0.isCalled(parts[0]) }) else {
      let names = entries.map(\.name)
      throw SaliencyError(
        .invalidSetting,
        "there is no \(kind) '\(parts[0].printable())'"
          + Suggestions.sentence(for: parts[0], in: names + entries.flatMap(\.aliases))
          + "; the \(kind)s are " + names.joined(separator: ", "))
    }
    var values = Dictionary(uniqueKeysWithValues: entry.options.map { ($0.name, $0.standard) })
    for part in parts.dropFirst() {
      let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        .map(\.trimmingSpaces)
      let wanted = LooseName(pair[0])
      guard pair.count == 2, let option = entry.options.first(where: { LooseName($0.name) == wanted }) else {
        let names = entry.options.map(\.name).joined(separator: ", ")
        throw SaliencyError(
          .invalidSetting,
          "\(kind) '\(entry.name)' has no option '\(pair[0].printable())'"
            + (names.isEmpty ? "; it has none" : ", as in OPTION=VALUE; its options are \(names)"))
      }
      values[option.name] = pair[1]
    }
    return (
      entry,
      CatalogOptions(owner: "\(kind) '\(entry.name)'", names: entry.options.map(\.name), values: values)
    )
  }

  func text(_ name: String) -> String { values[name]! }

  /// All options with their values, in the order in which they are listed.
  var all: [MethodOption] { names.map { MethodOption($0, values[$0]!) } }

  /// A word of a few, in small letters.
  func word(_ name: String) -> String { text(name).lowercased() }

  /// A number in a range.
  func integer(_ name: String, in range: ClosedRange<Int>) throws(SaliencyError) -> Int {
    guard let value = Int(text(name)), range ~= value else {
      throw invalid(name, "a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }

  /// A number in a range.
  func number(_ name: String, in range: ClosedRange<Float>) throws(SaliencyError) -> Float {
    guard let value = Float(text(name)), range ~= value else {
      throw invalid(name, "a number from \(range.lowerBound.text) to \(range.upperBound.text)")
    }
    return value
  }

  /// One of several cases.
  func choice<Choice: RawRepresentable & CaseIterable>(
    _ name: String, of type: Choice.Type
  ) throws(SaliencyError) -> Choice where Choice.RawValue == String {
    let wanted = LooseName(text(name))
    guard let value = Choice.allCases.first(where: { LooseName($0.rawValue) == wanted }) else {
      throw invalid(name, "one of " + Choice.allCases.map(\.rawValue).joined(separator: ", "))
    }
    return value
  }

  /// The error for a value that is none of those that are possible.
  func invalid(_ name: String, _ expected: String) -> SaliencyError {
    SaliencyError(
      .invalidSetting, "\(owner) takes for '\(name)' \(expected), not '\(text(name).printable())'")
  }
}
