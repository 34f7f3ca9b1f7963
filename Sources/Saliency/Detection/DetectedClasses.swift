import SaliencyCore

/// Where the classes of a detector stand among the raw numbers of its candidates, which are asked about as units of the output.
struct DetectedClasses: Sendable, Hashable {
  /// The first of them: 4 behind the numbers of a box, 5 behind those and objectness, 0 where an output has the classes alone.
  let first: Int
  /// How many there are, with that which means "nothing".
  let count: Int
  /// Which of them means "nothing"; nil where there is none.
  let background: Int?

  /// How many names of classes are right.
  var nameCount: Int { count - (background == nil ? 0 : 1) }

  /// Nil where the output is that of no detector, or has other numbers.
  ///
  /// - Parameters:
  ///   - network: the network, of which the first output is explained.
  ///   - unitCount: how many units the output has.
  ///   - explained: what is explained.
  init?(_ network: Network, unitCount: Int, _ explained: ExplainedUnits.Explained) throws {
    guard explained.isOutput, explained.places.extents.count == 1, explained.shape.count == 3 else {
      return nil
    }
    let outputs = DetectorOutputs(network, GraphBuilder(continuing: network.graph))
    guard let channels = try DetectorReading.found(outputs, DetectionSettings())?.detector.channels,
      !channels.hasLabels
    else { return nil }
    let before = channels.hasObjectness ? 5 : 4
    switch unitCount {
    case channels.classCount: first = 0
    case (channels.classCount + before)...: first = before
    default: return nil
    }
    (count, background) = (channels.classCount, channels.background)
  }

  /// Names of the classes as names of the units.
  ///
  /// - Parameters:
  ///   - names: a name for each class but "nothing".
  ///   - unitCount: how many units there are.
  func names(_ names: [String?], unitCount: Int) -> [String?] {
    var all = [String?](repeating: nil, count: first) + names
    if let background { all.insert(nil, at: first + background) }
    return all + [String?](repeating: nil, count: max(unitCount - all.count, 0))
  }
}
