/// What is explained: one unit of the output or of a layer, or several that are maximised together.
public struct Target: Sendable, Hashable, CustomStringConvertible {
  enum Part: Sendable, Hashable {
    case unit(Int)
    case best(Int)
    case named(String)
  }

  let parts: [Part]

  /// The unit with the highest score.
  public static let top = Target(parts: [.best(1)])

  /// The `count` units with the highest scores, together.
  public static func top(_ count: Int) -> Target { Target(parts: [.best(count)]) }

  /// A unit by its index.
  public static func unit(_ index: Int) -> Target { Target(parts: [.unit(index)]) }

  /// Several units together.
  public static func units(_ indices: [Int]) -> Target { Target(parts: indices.map { .unit($0) }) }

  private init(parts: [Part]) {
    self.parts = parts
  }

  /// A target as people write it: an index, a class name, `top`, `top:K`, or several joined by commas.
  ///
  /// - Throws: `SaliencyError` where a part is empty or `top:` has no positive number.
  public init(parsing text: String) throws(SaliencyError) {
    var parts: [Part] = []
    for piece in text.split(separator: ",", omittingEmptySubsequences: false) {
      let part = piece.trimmingSpaces
      if part.isEmpty {
        throw SaliencyError(
          .unknownTarget, "the target '\(text)' has an empty part; give an index, a class name, top or top:K")
      } else if part == "top" {
        parts.append(.best(1))
      } else if part.hasPrefix("top:") {
        guard let count = Int(part.dropFirst(4)), count >= 1 else {
          throw SaliencyError(
            .unknownTarget, "'\(part)' is no target; after top: a number from 1 on is expected")
        }
        parts.append(.best(count))
      } else if let index = Int(part) {
        parts.append(.unit(index))
      } else {
        parts.append(.named(part))
      }
    }
    self.parts = parts
  }

  /// The target as people write it.
  public var description: String {
    parts.map { part in
      switch part {
      case .unit(let index): "\(index)"
      case .best(1): "top"
      case .best(let count): "top:\(count)"
      case .named(let name): name
      }
    }.joined(separator: ",")
  }

  /// Whether it depends on the scores which units are meant.
  public var dependsOnScores: Bool {
    parts.contains { if case .best = $0 { true } else { false } }
  }

  /// The first name in it.
  var firstName: String? {
    for case .named(let name) in parts { return name }
    return nil
  }

  /// The units that are meant, in order, without repetitions.
  ///
  /// - Parameters:
  ///   - scores: the scores of one input.
  ///   - labels: the names of the units, where they are known.
  /// - Throws: `SaliencyError` where a unit or a name does not exist, or no unit is meant at all.
  public func units(scores: [Float], labels: Labels?) throws(SaliencyError) -> [Int] {
    guard !parts.isEmpty else {
      throw SaliencyError(.unknownTarget, "the target is an empty list of units; give at least one")
    }
    var units: [Int] = []
    for part in parts {
      switch part {
      case .unit(let index):
        let resolved = index < 0 ? index + scores.count : index
        guard scores.indices.contains(resolved) else {
          throw SaliencyError(
            .unknownTarget,
            "unit \(index) does not exist; there are \(scores.count), counted from 0 to \(scores.count - 1)")
        }
        units.append(resolved)
      case .best(let count):
        guard count >= 1 else {
          throw SaliencyError(
            .unknownTarget, "'top:\(count)' is no target; after top: a number from 1 on is expected")
        }
        guard count <= scores.count else {
          throw SaliencyError(
            .unknownTarget, "top:\(count) asks for more units than the \(scores.count) there are")
        }
        units += scores.indicesOfLargest(count)
      case .named(let name):
        guard let labels else {
          throw SaliencyError(
            .unknownTarget, "'\(name)' is no index, and without labels there are no names; give --labels FILE"
          )
        }
        let index = try labels.index(of: name)
        guard index < scores.count else {
          throw SaliencyError(
            .unknownTarget,
            "'\(name)' is unit \(index) of the labels, but there are only \(scores.count) units")
        }
        units.append(index)
      }
    }
    var seen: Set<Int> = []
    return units.filter { seen.insert($0).inserted }
  }
}

extension [Float] {
  /// The indices of the `count` largest numbers, largest first; NaN comes last, equal numbers in their order.
  func indicesOfLargest(_ count: Int) -> [Int] {
    let order = indices.sorted { a, b in
      let (x, y) = (self[a].isNaN ? -Float.infinity : self[a], self[b].isNaN ? -Float.infinity : self[b])
      return x != y ? x > y : a < b
    }
    return Array<Int>(order.prefix(count))
  }
}

extension StringProtocol {
  /// The text without spaces, tabs and line ends around it.
  package var trimmingSpaces: String {
    let isSpace: (Character) -> Bool = { $0.isWhitespace || $0.isNewline }
    return String(drop(while: isSpace).reversed().drop(while: isSpace).reversed())
  }
}
