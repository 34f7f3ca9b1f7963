public import SaliencyCore

/// What is explained: one unit of the output or of a layer, a box that a detector finds, or several that are maximized together, each everywhere or at some of its places.
public struct Target: Sendable, Hashable, CustomStringConvertible {
  /// Which units are meant.
  enum Units: Sendable, Hashable {
    case unit(Int)
    case best(Int)
    case named(String)
    /// A name that would be read as something else without `name=` before it.
    case explicitlyNamed(String)
    /// A number of a detected box.
    case box(Int, BoxQuantity)
    /// A number of a box that was chosen before.
    case chosenBox(ExplainedPart)
    /// All units at all places, each with a weight.
    case weighted(Weights)
  }

  /// A weight for each number of what is explained.
  struct Weights: Sendable, Hashable {
    let shape: Shape
    let values: [Float]
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

  /// The weighted sum of all numbers of what is explained.
  ///
  /// - Parameter weights: of the shape of what is explained, as the model has it (``ResolvedQuestion/explained``), with as many items as the input or
  ///   with one, which then serves for all. Another shape, a number that is not finite, or zeros alone are an error when it is asked.
  public static func weighted(_ weights: Tensor) -> Target {
    Target(parts: [Part(units: .weighted(Weights(shape: weights.shape, values: weights.values)))])
  }

  /// Several units together.
  public static func units(_ indices: [Int]) -> Target {
    Target(parts: indices.map { Part(units: .unit($0)) })
  }

  /// A number of a box that a detector finds, counted from 0 by falling score.
  ///
  /// - Parameters:
  ///   - number: which box.
  ///   - quantity: which of its numbers; the score of its class if nothing else is said.
  public static func box(_ number: Int, _ quantity: BoxQuantity = .score) -> Target {
    Target(parts: [Part(units: .box(number, quantity))])
  }

  /// Whether detected boxes are meant, and not units.
  public var isOfBoxes: Bool {
    parts.contains { part in
      switch part.units {
      case .box, .chosenBox: true
      default: false
      }
    }
  }

  /// Whether the best units are meant, whichever they are, and everywhere.
  var isOfBest: Bool {
    parts.allSatisfy { part in
      if case .best = part.units { return part.place == nil }
      return false
    }
  }

  /// The number of the best box that is meant, where nothing else is; nil elsewhere. The best unit means the score of the best box.
  var bestBoxNumber: BoxQuantity? {
    guard parts.count == 1, parts[0].place == nil else { return nil }
    switch parts[0].units {
    case .box(0, let quantity): return quantity
    case .best(1): return .score
    default: return nil
    }
  }

  /// The units of an earlier answer, at the places that were chosen then.
  static func chosen(_ parts: [ExplainedPart]) -> Target {
    Target(
      parts: parts.map { part in
        part.box == nil
          ? Part(units: .unit(part.unit), place: part.places.map { .chosen($0) })
          : Part(units: .chosenBox(part))
      })
  }

  private init(parts: [Part]) {
    self.parts = parts
  }

  /// A target as people write it: an index, a class name, `top`, `top:K`, `box:I`, or several joined by commas, each with a place behind `@` if it is not meant
  /// everywhere.
  ///
  /// A name that looks like an index, or has an `@` in it, is written `name=NAME`, and with a place `name=NAME@PLACE`; where labels have the whole of that
  /// as a name, it is meant.
  ///
  /// - Throws: `SaliencyError` where a part is empty, `top:` has no positive number, or what stands behind `@` is no place.
  public init(parsing text: String) throws(SaliencyError) {
    var parts: [Part] = []
    for piece in text.split(separator: ",", omittingEmptySubsequences: false) {
      parts.append(try Part(parsing: piece.trimmingSpaces, of: text))
      guard parts.allSatisfy({ $0.isOfBox == parts[0].isOfBox }) else {
        throw SaliencyError(
          .unknownTarget,
          "'\(text.printable())' names a box and a unit of the output; ask for boxes, or for units")
      }
    }
    self.parts = parts
  }

  /// The target as people write it.
  public var description: String { parts.map(\.text).joined(separator: ",") }

  /// Whether it depends on the scores which units or places are meant.
  public var dependsOnScores: Bool {
    parts.contains { part in
      switch part.units {
      case .best, .box: return true
      default: return part.place?.dependsOnScores ?? false
      }
    }
  }

  /// Whether it can be written as text.
  var isWritable: Bool {
    parts.allSatisfy { if case .weighted = $0.units { false } else { true } }
  }

  /// Whether some part is meant at a place.
  public var hasPlaces: Bool { parts.contains { $0.place != nil } }

  /// The first name in it.
  var firstName: String? {
    for part in parts {
      switch part.units {
      case .named(let name), .explicitlyNamed(let name): return name
      case .unit, .best, .box, .chosenBox, .weighted: continue
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
      parts[position] = parts[position].withWholeName(in: labels)
      switch parts[position].units {
      case .named(let name), .explicitlyNamed(let name):
        parts[position].units = .unit(try Target.index(of: name, in: labels))
      case .unit, .best, .box, .chosenBox, .weighted: continue
      }
    }
    return Target(parts: parts)
  }

  /// The target that means one of the units that this one meant.
  func part(of chosen: ExplainedPart) -> Target {
    if let box = chosen.box { return .box(box.detection.number, box.quantity) }
    let place =
      isWritable && (parts.count == 1 || !hasPlaces) ? parts.first?.place : chosen.places.map { .chosen($0) }
    return .unit(chosen.unit, at: place)
  }

  /// The same target with weights brought into items×units×places, those of one item.
  ///
  /// - Parameters:
  ///   - explained: what is explained, as the model has it.
  ///   - item: which item.
  /// - Throws: `SaliencyError` where weights have another shape, are not finite, or are all 0.
  func weights(of item: Int, for explained: ExplainedUnits.Explained) throws(SaliencyError) -> Target {
    guard !isWritable else { return self }
    var parts = parts
    for position in parts.indices {
      guard case .weighted(let weights) = parts[position].units else { continue }
      parts[position].units = .weighted(try weights.arranged(item, explained))
    }
    return Target(parts: parts)
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

extension Target.Weights {
  /// The weights of an item as units×places.
  fileprivate func arranged(
    _ item: Int, _ explained: ExplainedUnits.Explained
  ) throws(SaliencyError) -> Target.Weights {
    let (roles, extents) = (explained.roles, explained.shape)
    var one = extents
    if let axis = roles.itemAxis { one[axis] = 1 }
    guard shape == extents || shape == one else {
      throw SaliencyError(
        .unknownTarget,
        "the weights have the shape \(shape.text), but what is explained has \(extents.text); give it a weight for each number"
      )
    }
    guard values.allSatisfy(\.isFinite), values.contains(where: { $0 != 0 }) else {
      throw SaliencyError(
        .unknownTarget, "the weights have to be finite numbers, and some of them other than 0")
    }
    let order = [roles.itemAxis, roles.unitAxis].compactMap(\.self)
    let axes = order + shape.indices.filter { !order.contains($0) }
    let moved = Tensor(shape: shape, values: values).transposed(axes)
    let items = roles.itemAxis.map { shape[$0] } ?? 1
    let count = values.count / items
    let start = items > 1 ? item * count : 0
    let units = roles.unitAxis.map { shape[$0] } ?? 1
    return Target.Weights(
      shape: [units, count / units], values: Array(moved.values[start..<start + count]))
  }
}

extension Target.Part {
  fileprivate var isOfBox: Bool { if case .box = units { true } else { false } }

  fileprivate init(parsing text: String, of whole: String) throws(SaliencyError) {
    guard !text.isEmpty else {
      throw SaliencyError(
        .unknownTarget,
        "the target '\(whole.printable())' has an empty part; give an index, a class name, top or top:K")
    }
    if let box = try Target.Units(parsingBox: text) {
      self.init(units: box)
      return
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

  /// The same part, where what was read as a place behind a name belongs to it: `name=3@2`, of labels that have a `3@2`.
  func withWholeName(in labels: Labels?) -> Target.Part {
    guard case .explicitlyNamed(let name) = units, let place, let labels else { return self }
    let whole = "\(name)@\(place)"
    return labels.names.contains(whole) ? Target.Part(units: .explicitlyNamed(whole)) : self
  }

  fileprivate var text: String {
    let units =
      switch units {
      case .unit(let index): "\(index)"
      case .best(1): "top"
      case .best(let count): "top:\(count)"
      case .named(let name): name
      case .explicitlyNamed(let name): "name=" + name
      case .box(let number, let quantity): Target.Units.text(ofBox: number, quantity)
      case .chosenBox(let part):
        part.box.map { Target.Units.text(ofBox: $0.detection.number, $0.quantity) } ?? "box"
      case .weighted: "weighted"
      }
    return units + (place.map { "@\($0)" } ?? "")
  }
}

extension Target.Units {
  /// "box:2", "box:2/x1"
  fileprivate static func text(ofBox number: Int, _ quantity: BoxQuantity) -> String {
    "box:\(number)" + (quantity == .score ? "" : "/\(quantity.rawValue)")
  }

  /// A box as people write it: `box:2`, `box:2/objectness`; nil for what is none.
  ///
  /// - Throws: `SaliencyError` where what stands behind `box:` is no number, or behind `/` no number of a box.
  fileprivate init?(parsingBox text: String) throws(SaliencyError) {
    guard text == "box" || text.hasPrefix("box:") else { return nil }
    let parts = text.dropFirst(4).split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    guard text != "box", let number = parts.first.flatMap({ Int($0) }), number >= 0 else {
      throw SaliencyError(
        .unknownTarget,
        "'\(text.printable())' is no target; behind box: stands the number of a box, from 0 on, as in box:2 or box:2/x1; a class of "
          + "such a name is written name=NAME")
    }
    guard parts.count == 2 else {
      self = .box(number, .score)
      return
    }
    guard let quantity = BoxQuantity(rawValue: String(parts[1])) else {
      throw SaliencyError(
        .unknownTarget,
        "'\(text.printable())': '\(String(parts[1]).printable())' is no number of a box; there are "
          + BoxQuantity.allCases.map(\.rawValue).joined(separator: ", "))
    }
    self = .box(number, quantity)
  }

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
