extension Target {
  /// The units that are meant, in order, without repetitions.
  ///
  /// - Parameters:
  ///   - scores: the scores of one input, a number a unit.
  ///   - labels: the names of the units, where they are known.
  /// - Throws: `SaliencyError` where a unit or a name does not exist, or no unit is meant at all.
  public func units(scores: [Float], labels: Labels?) throws(SaliencyError) -> [Int] {
    let values = ExplainedValues(
      unitCount: scores.count, places: PlaceGrid(extents: [], roles: []), scores: scores)
    return try chosen(from: values, labels: labels).map(\.unit)
  }

  /// The units that are meant with their places, in order, without repetitions.
  ///
  /// - Parameters:
  ///   - values: the scores of one input.
  ///   - labels: the names of the units, where they are known.
  ///   - winsPlaces: whether the best unit is the one that wins the most places, as in the map of a segmentation.
  /// - Throws: `SaliencyError` where a unit, a name or a place does not exist, or no unit is meant at all.
  func chosen(
    from values: ExplainedValues, labels: Labels?, winsPlaces: Bool = false
  ) throws(SaliencyError) -> [ExplainedPart] {
    guard !parts.isEmpty else {
      throw SaliencyError(.unknownTarget, "the target is an empty list of units; give at least one")
    }
    var chosen: [ExplainedPart] = []
    for part in parts {
      let part = part.withWholeName(in: labels)
      for unit in try part.chosen(from: values, labels, winsPlaces: winsPlaces, target: description)
      where !chosen.contains(unit) {
        chosen.append(unit)
      }
    }
    return chosen
  }
}

extension Target.Part {
  fileprivate func chosen(
    from values: ExplainedValues, _ labels: Labels?, winsPlaces: Bool, target: String
  ) throws(SaliencyError) -> [ExplainedPart] {
    let isWinner = place == nil && winsPlaces && values.places.isImage && values.places.count > 1
    var parts: [ExplainedPart] = []
    switch units {
    case .box, .chosenBox:
      throw SaliencyError(
        .unknownTarget,
        "'\(target.printable())' is a box, and what is explained are units; boxes are those of a detector's output"
      )
    case .unit(let index):
      let resolved = index < 0 ? index + values.unitCount : index
      guard 0..<values.unitCount ~= resolved else {
        throw SaliencyError(
          .unknownTarget,
          "unit \(index) does not exist; there "
            + (values.unitCount == 1
              ? "is 1, unit 0" : "are \(values.unitCount), counted from 0 to \(values.unitCount - 1)"))
      }
      parts.append(try values.part(resolved, at: place, target: target))
    case .named(let name), .explicitlyNamed(let name):
      let index = try Target.index(of: name, in: labels)
      guard index < values.unitCount else {
        throw SaliencyError(
          .unknownTarget,
          "'\(name.printable())' is unit \(index) of the labels, but there are only \(values.unitCount) units"
        )
      }
      parts.append(try values.part(index, at: place, target: target))
    case .weighted(let weights):
      for unit in 0..<values.unitCount {
        let count = values.places.count
        let own = weights.values[unit * count..<(unit + 1) * count]
        let positions = own.indices.filter { own[$0] != 0 }.map { $0 - own.startIndex }
        guard !positions.isEmpty else { continue }
        let text =
          count == 1
          ? "weight \(own.first!.text)" : "weighted sum over \(positions.count) of \(values.places.text)"
        parts.append(
          ExplainedPart(
            unit: unit,
            places: ExplainedPlaces(
              positions: positions, weight: 1, text: text, weights: positions.map { own[own.startIndex + $0] }
            )))
      }
    case .best(let count):
      guard count >= 1 else {
        throw SaliencyError(
          .unknownTarget, "'top:\(count)' is no target; after top: a number from 1 on is expected")
      }
      guard count <= values.unitCount else {
        throw SaliencyError(
          .unknownTarget, "top:\(count) asks for more units than the \(values.unitCount) there are")
      }
      if isWinner {
        var wins = [Float](repeating: 0, count: values.unitCount)
        for case let winner? in values.winners { wins[winner] += 1 }
        for unit in wins.indicesOfLargest(count) {
          let place: TargetPlace = wins[unit] > 0 ? .predicted : .mean
          parts.append(try values.part(unit, at: place, target: target))
        }
      } else {
        for unit in try values.ranking(at: place, target: target).indicesOfLargest(count) {
          parts.append(try values.part(unit, at: place, target: target))
        }
      }
    }
    return parts
  }
}

extension ExplainedValues {
  /// The number of each unit by which the best one is chosen: at a given place what it is there, where it is strongest its maximum, and its mean
  /// elsewhere.
  fileprivate func ranking(at place: TargetPlace?, target: String) throws(SaliencyError) -> [Float] {
    switch place?.kind {
    case .index(let indices):
      let position = try places.position(of: indices, target: target)
      return (0..<unitCount).map { scores[$0 * places.count + position] }
    case .strongest:
      return (0..<unitCount).map { scores(of: $0).max() ?? 0 }
    case .mask:
      var means: [Float] = []
      for unit in 0..<unitCount {
        means.append(try part(unit, at: place, target: target).sum(of: scores(of: unit)))
      }
      return means
    default: return means
    }
  }

  /// A unit at a place.
  ///
  /// - Throws: `SaliencyError` where there is no such place, or it is empty.
  fileprivate func part(
    _ unit: Int, at place: TargetPlace?, target: String
  ) throws(SaliencyError) -> ExplainedPart {
    func part(_ positions: [Int]?, weight: Float? = nil, _ text: String) -> ExplainedPart {
      let count = positions?.count ?? places.count
      return ExplainedPart(
        unit: unit,
        places: ExplainedPlaces(
          positions: positions, weight: weight ?? 1 / Float(max(count, 1)), text: text))
    }
    guard !places.extents.isEmpty else {
      switch place?.kind {
      case nil, .mean, .sum: return ExplainedPart(unit: unit, places: nil)
      case .chosen(let chosen): return ExplainedPart(unit: unit, places: chosen)
      default:
        throw SaliencyError(
          .unknownTarget,
          "'\(target.printable())' names a place, but what is explained has no places, one number a unit; leave out the @ and what "
            + "follows")
      }
    }
    func count(_ positions: [Int]) -> String {
      "\(positions.count) of \(places.count) place" + (places.count == 1 ? "" : "s")
    }
    switch place?.kind {
    case nil, .mean: return part(nil, places.count == 1 ? "its one place" : "mean over \(places.text)")
    case .sum: return part(nil, weight: 1, "sum over \(places.text)")
    case .index(let indices):
      let position = try places.position(of: indices, target: target)
      return part([position], "at place \(places.text(of: position)) of \(places.extents.text)")
    case .strongest:
      let position = Array(scores(of: unit)).indicesOfLargest(1).first ?? 0
      return part(
        [position], "where it is strongest, place \(places.text(of: position)) of \(places.extents.text)")
    case .predicted:
      let winners = self.winners
      let positions = winners.indices.filter { winners[$0] == unit }
      guard !positions.isEmpty else {
        throw SaliencyError(
          .unknownTarget,
          "'\(target.printable())': unit \(unit) wins nowhere: "
            + (unitCount == 1
              ? "its score is above 0 at none of its \(places.text)"
              : "at each of the \(places.text) another unit is larger; ask for it at a place, or with @strongest")
        )
      }
      return part(positions, "mean where it wins, \(count(positions))")
    case .mask(let mask):
      let fitting = try mask.fitted(to: places)
      let positions = fitting.isInside.indices.filter { fitting.isInside[$0] }
      let file = mask.name.split(separator: "/").last.map(String.init) ?? mask.name
      return part(positions, "mean within \(file.printable()), \(count(positions))")
    case .maskFile(let path):
      throw SaliencyError(
        .unknownTarget, "mask '\(path.printable())' has not been read")
    case .chosen(let chosen): return ExplainedPart(unit: unit, places: chosen)
    }
  }
}
