internal import Saliency

/// What is kept of an image.
struct ImageRecord: Sendable {
  let path: String
  /// The digest of the file's bytes; nil where it could not be read.
  let sha256: String?
  let label: Int?
  let mask: String?
  /// nil where the image failed.
  let answer: Answer?
  /// Why the image failed; nil where it did not.
  let error: String?

  /// What was computed.
  struct Answer: Sendable {
    /// That of the class that the network says, and that of the true class where it says another.
    let maps: [MapRecord]
    let thumbnail: [UInt8]?

    var predicted: MapRecord { maps[0] }
  }
}

/// What is kept of a map.
struct MapRecord: Sendable {
  /// The class that was explained.
  let unit: Int
  let score: Float
  let probability: Float?
  let numbers: MapNumbers?
  let map: StoredMap
}

/// What an audit is of, which one folder has one of.
struct AuditIdentity: Sendable, Equatable {
  let modelName: String
  let modelDigest: String
  /// The question as JSON, with how images are prepared.
  let question: String
  /// The method as people write it.
  let method: String
  /// What the classes are called, by index.
  let classNames: [String?]
  /// The folder that paths are relative to.
  let data: String
  let arrangement: String
}
