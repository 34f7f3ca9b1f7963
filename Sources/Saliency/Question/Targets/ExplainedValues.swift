import SaliencyCore

/// The numbers of one item among which a target chooses.
struct ExplainedValues {
  /// How many units there are.
  let unitCount: Int
  /// The places of each unit.
  let places: PlaceGrid
  /// The numbers, unit by unit, each with its places row by row.
  let scores: [Float]

  /// The numbers of a unit at all places.
  func scores(of unit: Int) -> ArraySlice<Float> {
    scores[unit * places.count..<(unit + 1) * places.count]
  }

  /// The mean of each unit over its places.
  var means: [Float] {
    guard places.count > 1 else { return scores }
    return (0..<unitCount).map {
      Float(scores(of: $0).reduce(0.0) { $0 + Double($1) } / Double(places.count))
    }
  }

  /// For each place the unit that is largest there, the lower one on ties; where there is one unit, nil where it is not above 0.
  var winners: [Int?] {
    let count = places.count
    guard unitCount > 1 else { return scores.prefix(count).map { $0 > 0 ? 0 : nil } }
    var best = [Int](repeating: 0, count: count)
    for unit in 1..<unitCount {
      for place in 0..<count where scores[unit * count + place] > scores[best[place] * count + place] {
        best[place] = unit
      }
    }
    return best
  }
}

/// The places of a unit: the extents of the axes that are neither items nor units, outermost first.
struct PlaceGrid: Sendable, Hashable {
  var extents: [Int]
  /// The roles of the axes.
  var roles: [AxisRole]
  /// The places of the network's input, which masks may be given for instead.
  var inputExtents: [Int] = []

  /// How many places there are; 1 of a unit without places.
  var count: Int { extents.reduce(1, *) }

  /// Whether places are rows and columns.
  var isImage: Bool { roles.contains(.height) && roles.contains(.width) }

  /// How many places there are, and of what kind, such as "84 places" or "20×30 places".
  var text: String { (extents.isEmpty ? "1" : extents.text) + " place" + (count == 1 ? "" : "s") }

  /// The position of a place, row by row.
  ///
  /// - Parameter indices: one for each axis; axes of one place may be left out.
  /// - Throws: `SaliencyError` where there are more or fewer, or one is out of range.
  func position(of indices: [Int], target: String) throws(SaliencyError) -> Int {
    func refused(_ reason: String) -> SaliencyError {
      SaliencyError(.unknownTarget, "'\(target.printable())': \(reason)")
    }
    guard !extents.isEmpty else {
      throw refused("what is explained has no places, one number a unit; leave out the @ and what follows")
    }
    let long = extents.indices.filter { extents[$0] > 1 }
    let axes = indices.count == extents.count ? Array(extents.indices) : long
    guard indices.count == axes.count else {
      let example = extents.map { String($0 / 2) }.joined(separator: "x")
      throw refused(
        "places lie along \(extents.count) axes (\(extents.text)), so that one needs \(extents.count) indices, as in \(example)"
      )
    }
    var position = 0
    for (axis, extent) in extents.enumerated() {
      var index = axes.firstIndex(of: axis).map { indices[$0] } ?? 0
      if index < 0 { index += extent }
      guard 0..<extent ~= index else {
        throw refused(
          "place \(indices.map(String.init).joined(separator: "x")) does not exist; there are \(extents.text), counted from "
            + extents.map { _ in "0" }.joined(separator: "x") + " to "
            + extents.map { String($0 - 1) }.joined(separator: "x"))
      }
      position = position * extent + index
    }
    return position
  }

  /// A place as people write it.
  func text(of position: Int) -> String {
    var (rest, parts) = (position, [String]())
    for extent in extents.reversed() {
      parts.append(String(rest % extent))
      rest /= extent
    }
    return parts.reversed().joined(separator: "x")
  }
}

/// Some places of a unit, and how much each counts.
struct ExplainedPlaces: Sendable, Hashable {
  /// The positions, row by row; all places where nil.
  let positions: [Int]?
  /// How much each of them counts.
  let weight: Float
  /// What they are, for reports, such as "mean over 84 places".
  let text: String
  /// How much each of the positions counts by itself, beside that; nil where all count the same.
  var weights: [Float]?
}

/// A unit that is explained, with its places.
struct ExplainedPart: Sendable, Hashable {
  let unit: Int
  /// Nil where units have one place each.
  let places: ExplainedPlaces?
  /// The box that it is a number of; nil where it is none of a box.
  var box: ExplainedBox?

  /// The sum of a unit's numbers at its places, each times its weight.
  ///
  /// - Parameter numbers: those of the unit at all places.
  func sum(of numbers: ArraySlice<Float>) -> Float {
    guard let places else { return numbers.first ?? 0 }
    let all = numbers.indices
    if let positions = places.positions, let weights = places.weights {
      return Float(
        zip(positions, weights).reduce(0.0) { $0 + Double(numbers[all.lowerBound + $1.0]) * Double($1.1) }
          * Double(places.weight))
    }
    let sum =
      places.positions?.reduce(0.0) { $0 + Double(numbers[all.lowerBound + $1]) }
      ?? numbers.reduce(0.0) { $0 + Double($1) }
    return Float(sum * Double(places.weight))
  }

  /// Adds the weights to those of all units at all places.
  func add(to weights: inout [Float], at start: Int, placeCount: Int) {
    let first = start + unit * placeCount
    guard let places else { return weights[first] += 1 }
    if let positions = places.positions {
      for (index, position) in positions.enumerated() {
        weights[first + position] += places.weight * (places.weights?[index] ?? 1)
      }
    } else {
      for position in 0..<placeCount { weights[first + position] += places.weight }
    }
  }
}
