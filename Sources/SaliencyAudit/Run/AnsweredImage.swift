internal import Saliency

/// An image with what the network says of it.
struct AnsweredImage: Sendable {
  /// One of the answers of a batch.
  struct Answer: Sendable {
    let attribution: Attribution
    let item: Int

    /// The class that was explained.
    var unit: Attribution.Unit { attribution.units[item][0] }

    /// What is kept of it.
    func record(mask: [Bool]?) throws -> MapRecord {
      let map = try attribution.heatMap(item: item)
      if let mask, mask.count != map.values.count {
        throw SaliencyError(
          .invalidInput, "the mask has \(mask.count) places, and the map \(map.width)×\(map.height)")
      }
      return MapRecord(
        unit: unit.index, score: unit.score, probability: unit.probability,
        numbers: MapNumbers(map, mask: mask), map: try StoredMap(map))
    }
  }

  let image: LoadedImage
  /// The class that it shows; nil where nobody says it.
  let label: Int?
  let predicted: Answer
  /// The answer for the class that it shows, where the network says another.
  var ofLabel: Answer?

  /// Whether the network says another class.
  var isMistaken: Bool { label != nil && label != predicted.unit.index }

  /// What is kept of it.
  func record() -> ImageRecord {
    var answer: ImageRecord.Answer?
    var reason: String?
    do {
      let maps = try ([predicted] + (ofLabel.map { [$0] } ?? [])).map { try $0.record(mask: image.mask) }
      answer = .init(maps: maps, thumbnail: image.thumbnail)
    } catch {
      reason = ErrorReport(error).error
    }
    return ImageRecord(
      path: image.entry.path, sha256: image.sha256, label: label, mask: image.entry.mask, answer: answer,
      error: reason)
  }
}
