/// Where a unit is meant, of an output or layer that has places: rows and columns, steps, boxes.
public struct TargetPlace: Sendable, Hashable, CustomStringConvertible {
  enum Kind: Sendable, Hashable {
    case mean
    case sum
    case predicted
    case strongest
    case index([Int])
    case maskFile(String)
    case mask(TargetMask)
    case chosen(ExplainedPlaces)
  }

  let kind: Kind

  private init(_ kind: Kind) { self.kind = kind }

  /// The mean over all places, which is meant where nothing is said.
  public static let mean = TargetPlace(.mean)
  /// The sum over all places.
  public static let sum = TargetPlace(.sum)
  /// The mean over the places where the unit's score is the largest of all units'; where there is one unit, where its score is above 0.
  public static let predicted = TargetPlace(.predicted)
  /// The place where the unit's score is largest.
  public static let strongest = TargetPlace(.strongest)

  /// One place: an index along each axis of places, in the order of the output's axes; negative ones are counted from the end.
  public static func index(_ indices: Int...) -> TargetPlace { TargetPlace(.index(indices)) }

  /// One place: an index along each axis of places, in the order of the output's axes; negative ones are counted from the end.
  public static func index(_ indices: [Int]) -> TargetPlace { TargetPlace(.index(indices)) }

  /// The mean over the places inside of a mask.
  public static func mask(_ mask: TargetMask) -> TargetPlace { TargetPlace(.mask(mask)) }

  static func maskFile(_ path: String) -> TargetPlace { TargetPlace(.maskFile(path)) }

  static func chosen(_ places: ExplainedPlaces) -> TargetPlace { TargetPlace(.chosen(places)) }

  /// Whether scores say which places are meant.
  var dependsOnScores: Bool { kind == .predicted || kind == .strongest }

  /// A place as people write it: `17`, `4x30`, `predicted`, `strongest`, `sum`, `mean`, or the path of a mask.
  ///
  /// - Throws: `SaliencyError` where it is none of them.
  init(parsing text: String, of target: String) throws(SaliencyError) {
    switch text {
    case "mean": kind = .mean
    case "sum": kind = .sum
    case "predicted": kind = .predicted
    case "strongest": kind = .strongest
    default:
      let indices = text.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
      if indices.allSatisfy({ $0 != nil }) {
        kind = .index(indices.compactMap(\.self))
      } else if let dot = text.lastIndex(of: "."),
        TargetMask.fileExtensions.contains(text[text.index(after: dot)...].lowercased())
      {
        kind = .maskFile(text)
      } else {
        throw SaliencyError(
          .unknownTarget,
          "'\(target.printable())': '\(text.printable())' is no place; behind @ stands an index such as 17 or 4x30, predicted, "
            + "strongest, sum, mean, or a mask (\(TargetMask.fileExtensions.joined(separator: ", "))); a name with an @ in it is written "
            + "name=NAME")
      }
    }
  }

  /// The place as people write it.
  public var description: String {
    switch kind {
    case .mean: "mean"
    case .sum: "sum"
    case .predicted: "predicted"
    case .strongest: "strongest"
    case .index(let indices): indices.map(String.init).joined(separator: "x")
    case .maskFile(let path): path
    case .mask(let mask): mask.name
    case .chosen(let places): places.text
    }
  }
}

/// A region of an output's places, or of an image that they lie over.
public struct TargetMask: Sendable, Hashable {
  /// The kinds of files that masks are read from.
  static let fileExtensions = ["png", "jpg", "jpeg", "webp", "npy"]

  /// What it is called in reports, such as the name of its file.
  public let name: String
  /// The extents, outermost first.
  public let extents: [Int]
  /// For each place, row by row, whether it is inside.
  public let isInside: [Bool]

  /// A mask.
  ///
  /// - Throws: `SaliencyError` where the extents ask for another number of places, or no place is inside.
  public init(_ name: String = "mask", extents: [Int], isInside: [Bool]) throws(SaliencyError) {
    guard extents.checkedElementCount == isInside.count, extents.allSatisfy({ $0 > 0 }) else {
      throw SaliencyError(
        .invalidInput,
        "mask '\(name.printable())' of \(extents.text) has \(isInside.count) elements")
    }
    guard isInside.contains(true) else {
      throw SaliencyError(
        .invalidInput,
        "mask '\(name.printable())' has nothing inside it; it has to be 1, or white, where the explained thing is"
      )
    }
    (self.name, self.extents, self.isInside) = (name, extents, isInside)
  }

  /// The mask for an output's places: as it is, or where it is one for the input's places each place as the nearest of those.
  ///
  /// - Throws: `SaliencyError` where it has other extents, or is so small that no place of the output lies inside.
  func fitted(to places: PlaceGrid) throws(SaliencyError) -> TargetMask {
    func long(_ extents: [Int]) -> [Int] { extents.filter { $0 > 1 } }
    let target = long(places.extents)
    if long(extents) == target { return self }
    guard long(extents) == long(places.inputExtents), places.extents.count == places.inputExtents.count else {
      let input = places.inputExtents.isEmpty ? "" : ", or of the input's size, \(places.inputExtents.text)"
      throw SaliencyError(
        .invalidInput,
        "mask '\(name.printable())' is \(extents.text), but has to be of the output's size, \(places.extents.text)\(input)"
      )
    }
    let (source, grid) = (places.inputExtents, places.extents)
    let inside = (0..<places.count).map { place in
      var (rest, position, stride) = (place, 0, 1)
      for axis in grid.indices.reversed() {
        let index = rest % grid[axis]
        rest /= grid[axis]
        position += (2 * index + 1) * source[axis] / (2 * grid[axis]) * stride
        stride *= source[axis]
      }
      return isInside[position]
    }
    guard inside.contains(true) else {
      throw SaliencyError(
        .invalidInput,
        "mask '\(name.printable())' is too small: of the output's \(places.text) none lies inside")
    }
    return try TargetMask(name, extents: places.extents, isInside: inside)
  }
}
