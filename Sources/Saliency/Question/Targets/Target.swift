/// What is explained: one unit of the output or of a layer, or several that are maximized together, each everywhere or at some of its places.
public struct Target: Sendable, Hashable, CustomStringConvertible {
  /// Which units are meant.
  enum Units: Sendable, Hashable {
    case unit(Int)
    case best(Int)
    case named(String)
    /// A name that would be read as something else without `name=` before it.
    case explicitlyNamed(String)
  }

  /// Units with the place where they are meant.
  struct Part: Sendable, Hashable {
    var units: Units
    /// The mean over all places where nil.
    var place: TargetPlace?
  }

  let parts: [Part]

  /// The unit with the highest score; where places have a height and width the one that wins the most of them, where it wins.
  public static let top = Target(parts: [Part(units: .best(1))])

  /// The `count` units with the highest scores, together.
  public static func top(_ count: Int) -> Target { Target(parts: [Part(units: .best(count))]) }

  /// A unit by its index.
  public static func unit(_ index: Int) -> Target { .unit(index, at: nil) }

  /// A unit by its index, at some of its places; the mean over all of them where nil.
  public static func unit(_ index: Int, at place: TargetPlace?) -> Target {
    Target(parts: [Part(units: .unit(index), place: place)])
  }

  /// Several units together.
  public static func units(_ indices: [Int]) -> Target {
    Target(parts: indices.map { Part(units: .unit($0)) })
  }

  /// The units of an earlier answer, at the places that were chosen then.
  static func chosen(_ parts: [ExplainedPart]) -> Target {
    Target(parts: parts.map { Part(units: .unit($0.unit), place: $0.places.map { .chosen($0) }) })
  }

  private init(parts: [Part]) {
    self.parts = parts
  }

  /// A target as people write it: an index, a class name, `top`, `top:K`, or several joined by commas, each with a place behind `@` if it is not meant
  /// everywhere.
  ///
  /// A name that looks like an index, or has an `@` in it, is written `name=NAME`, and with a place `name=NAME@PLACE`.
  ///
  /// - Throws: `SaliencyError` where a part is empty, `top:` has no positive number, or what stands behind `@` is no place.
  public init(parsing text: String) throws(SaliencyError) {
    var parts: [Part] = []
    for piece in text.split(separator: ",", omittingEmptySubsequences: false) {
      parts.append(try Part(parsing: piece.trimmingSpaces, of: text))
    }
    self.parts = parts
  }

  /// The target as people write it.
  public var description: String { parts.map(\.text).joined(separator: ",") }

  /// Whether it depends on the scores which units or places are meant.
  public var dependsOnScores: Bool {
    parts.contains { part in
      if case .best = part.units { return true }
      return part.place?.dependsOnScores ?? false
    }
  }

  /// Whether some part is meant at a place.
  public var hasPlaces: Bool { parts.contains { $0.place != nil } }

  /// The first name in it.
  var firstName: String? {
    for part in parts {
      switch part.units {
      case .named(let name), .explicitlyNamed(let name): return name
      case .unit, .best: continue
      }
    }
    return nil
  }

  /// The unit of a name.
  ///
  /// - Throws: `SaliencyError` where there are no names, or not that one.
  static func index(of name: String, in labels: Labels?) throws(SaliencyError) -> Int {
    guard let labels else {
      throw SaliencyError(
        .unknownTarget,
        "'\(name.printable())' is no index, and without labels there are no names; give --labels FILE")
    }
    return try labels.index(of: name)
  }

  /// The same target with indices in place of names.
  ///
  /// - Throws: `SaliencyError` where a name does not exist.
  public func indexed(by labels: Labels?) throws(SaliencyError) -> Target {
    var parts = parts
    for position in parts.indices {
      switch parts[position].units {
      case .named(let name), .explicitlyNamed(let name):
        parts[position].units = .unit(try Target.index(of: name, in: labels))
      case .unit, .best: continue
      }
    }
    return Target(parts: parts)
  }

  /// The target that means one of the units that this one meant.
  func part(of chosen: ExplainedPart) -> Target {
    let place = parts.count == 1 || !hasPlaces ? parts.first?.place : chosen.places.map { .chosen($0) }
    return .unit(chosen.unit, at: place)
  }

  /// The same target with the masks that it names as files.
  func readingMasks(_ read: (String) throws -> TargetMask) throws -> Target {
    Target(
      parts: try parts.map { part in
        guard case .maskFile(let path) = part.place?.kind else { return part }
        return Part(units: part.units, place: .mask(try read(path)))
      })
  }
}

extension Target.Part {
  fileprivate init(parsing text: String, of whole: String) throws(SaliencyError) {
    guard !text.isEmpty else {
      throw SaliencyError(
        .unknownTarget,
        "the target '\(whole.printable())' has an empty part; give an index, a class name, top or top:K")
    }
    let isExplicit = text.hasPrefix("name=")
    let separator = text.lastIndex(of: "@")
    // A name may have an @ in it; what stands behind its last one is a place if it is written like one.
    if isExplicit {
      let place = separator.flatMap {
        try? TargetPlace(parsing: text[text.index(after: $0)...].trimmingSpaces, of: text)
      }
      let name = place == nil ? text : text[..<separator!].trimmingSpaces
      try self.init(units: .init(parsing: name, isExplicit: true), place: place)
      return
    }
    guard let separator else {
      try self.init(units: .init(parsing: text, isExplicit: false))
      return
    }
    let units = text[..<separator].trimmingSpaces
    guard !units.isEmpty else {
      throw SaliencyError(
        .unknownTarget,
        "'\(text.printable())' says no unit; write it before the @, as in 5\(String(text[separator...]).printable())"
      )
    }
    try self.init(
      units: .init(parsing: units, isExplicit: false),
      place: TargetPlace(parsing: text[text.index(after: separator)...].trimmingSpaces, of: text))
  }

  fileprivate var text: String {
    let units =
      switch units {
      case .unit(let index): "\(index)"
      case .best(1): "top"
      case .best(let count): "top:\(count)"
      case .named(let name): name
      case .explicitlyNamed(let name): "name=" + name
      }
    return units + (place.map { "@\($0)" } ?? "")
  }
}

extension Target.Units {
  fileprivate init(parsing text: String, isExplicit: Bool) throws(SaliencyError) {
    if isExplicit {
      self = .explicitlyNamed(String(text.dropFirst(5)))
    } else if text == "top" {
      self = .best(1)
    } else if text.hasPrefix("top:") {
      guard let count = Int(text.dropFirst(4)), count >= 1 else {
        throw SaliencyError(
          .unknownTarget, "'\(text.printable())' is no target; after top: a number from 1 on is expected")
      }
      self = .best(count)
    } else if let index = Int(text) {
      self = .unit(index)
    } else {
      self = .named(text)
    }
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
