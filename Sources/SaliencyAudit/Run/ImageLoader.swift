internal import Saliency

/// An image that is ready for the network.
struct LoadedImage: Sendable {
  let entry: DataSet.Entry
  let sha256: String
  let tensor: Tensor
  /// Which places of the network's input are inside the mask; nil where there is none.
  let mask: [Bool]?
  /// What the network sees of the image, small, as a JPEG file; nil where it is no image.
  let thumbnail: [UInt8]?
}

/// Reads images and makes the network's inputs of them. What takes no turn of the network is done here, as several images are loaded at once.
struct ImageLoader: Sendable {
  let data: DataSet
  let model: Model
  let settings: PreprocessingSettings
  /// What is known of images already, by the bytes of their paths.
  let known: [[UInt8]: AuditStore.Known]
  /// The class that an image shows, as far as that is said.
  let classes: ClassMatching

  /// The longer side of thumbnails.
  static let thumbnailSide = 128

  /// What became of an image.
  enum Outcome: Sendable {
    case loaded(LoadedImage)
    /// All that would be computed is there.
    case known
    case failed(reason: String, sha256: String?)
  }

  func load(_ entry: DataSet.Entry) -> Outcome {
    var sha256: String?
    do {
      let contents = try FileContents(contentsOf: data.location(of: entry.path))
      let digest = contents.sha256
      sha256 = digest
      if let known = known[Array(entry.path.utf8)], known.sha256 == digest, known.mask == entry.mask,
        known.label == label(of: entry)
      {
        return .known
      }
      let prepared = try model.prepare(try InputContents(decoding: contents.bytes), overrides: settings)
      return .loaded(
        LoadedImage(
          entry: entry, sha256: digest, tensor: prepared.tensor,
          mask: try entry.mask.map { try prepared.places(insideMask: data.location(of: $0)) },
          thumbnail: try prepared.visiblePart.map(Self.thumbnail(of:))))
    } catch {
      return .failed(reason: reason(of: error, entry), sha256: sha256)
    }
  }

  func label(of entry: DataSet.Entry) -> Int? { entry.className.flatMap { classes.indices[$0] } }

  /// Why an image failed. Its own path stands beside the reason already.
  private func reason(of error: any Error, _ entry: DataSet.Entry) -> String {
    let sentence = ErrorReport(error).error
    let prefix = data.location(of: entry.path) + ": "
    return sentence.hasPrefix(prefix) ? String(sentence.dropFirst(prefix.count)) : sentence
  }

  /// An image at most ``thumbnailSide`` long, as a JPEG file.
  static func thumbnail(of image: Image) throws -> [UInt8] {
    let longest = max(image.width, image.height)
    var small = image
    if longest > thumbnailSide {
      func side(_ length: Int) -> Int { max(1, length * thumbnailSide / longest) }
      small = try image.resized(
        width: side(image.width), height: side(image.height), filter: .bilinear)
    }
    return try small.encoded(as: .jpeg, quality: 80)
  }
}
