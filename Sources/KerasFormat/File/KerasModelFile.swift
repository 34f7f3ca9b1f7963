package import FileAccess
import Synchronization

/// A Keras model file, opened and checked: its configuration is read, its weights are when they are asked for.
///
/// It is a `.keras` archive, or HDF5 (`.h5`, `.hdf5`); the first bytes tell which. The file stays mapped as long as this or one of
/// its weights lives.
package final class KerasModelFile: Sendable {
  /// What kind of file it is.
  package enum Container: Sendable {
    /// Keras 3's zip archive, `.keras`.
    case archive
    /// One HDF5 file of Keras 1 to 3.
    case hdf5
  }

  /// The path, as it was given.
  package let path: String
  package let container: Container
  /// The version of Keras that wrote the file, such as "3.15.1"; nil where it does not say.
  package let kerasVersion: String?
  /// The architecture: an object with `class_name` and `config`.
  package let configuration: JSONValue
  /// The root of the weights: of an archive that of `model.weights.h5`, of an HDF5 file the group `model_weights`, or the root where
  /// there is none.
  package let weights: WeightGroup

  private let file: MappedFile
  private let cachedDigest = Mutex<String?>(nil)

  /// How large the text of an architecture may be; that of the largest networks has a few megabytes.
  private static let configurationLimit = 256 << 20

  /// Whether a file of this beginning is opened by `init(contentsOf:)`.
  package static func recognizes(_ head: Span<UInt8>) -> Bool {
    starts(head, with: ZipArchive.signature) || starts(head, with: HDF5File.signature)
  }

  /// Opens the model at `path`.
  package convenience init(contentsOf path: String) throws(KerasError) {
    let file: MappedFile
    do throws(MappedFile.Failure) { file = try MappedFile(path: path) } catch {
      throw KerasError(error.isEmpty ? .truncated : .unreadable, "the file \(error.reason)", file: path)
    }
    try self.init(file)
  }

  /// Opens a model of bytes that are at hand.
  package init(_ file: MappedFile) throws(KerasError) {
    let path = file.path
    self.path = path
    self.file = file
    let parts: Parts
    do throws(StorageFault) {
      let region = ByteRegion(file, range: 0..<file.count)
      if file.withSpan({ Self.starts($0, with: ZipArchive.signature) }) {
        container = .archive
        parts = try Self.readArchive(region)
      } else if file.withSpan({ Self.starts($0, with: HDF5File.signature) }) {
        container = .hdf5
        parts = try Self.readHDF5(region)
      } else {
        let guess = file.withSpan { FileSignature.guess($0) }.map { ", it looks like \($0)" } ?? ""
        throw StorageFault(.notKeras, "not a Keras model\(guess)")
      }
    } catch {
      throw KerasError(error.code, error.message, file: path)
    }
    (configuration, kerasVersion) = (parts.configuration, parts.version)
    let source = WeightSource(parts.weights, path: path)
    let root = try WeightGroup(source, path: "/", at: source.root)
    weights = container == .hdf5 ? try root.group("model_weights") ?? root : root
  }

  /// The SHA-256 hash of the file as 64 hexadecimal digits.
  package var digest: String {
    cachedDigest.withLock { cached in
      if let cached { return cached }
      let digest = file.withSpan { SHA256.hexDigest(of: $0) }
      cached = digest
      return digest
    }
  }
}

extension KerasModelFile {
  private struct Parts {
    var configuration: JSONValue
    var version: String?
    var weights: HDF5File
  }

  private static func starts(_ bytes: Span<UInt8>, with signature: [UInt8]) -> Bool {
    bytes.count >= signature.count && signature.indices.allSatisfy { bytes[$0] == signature[$0] }
  }

  private static func readArchive(_ region: ByteRegion) throws(StorageFault) -> Parts {
    let archive = try ZipArchive(region)
    guard let text = try archive.contents(of: "config.json", limit: configurationLimit) else {
      if archive.entries.keys.contains(where: { $0.hasSuffix(".npy") }) {
        throw StorageFault(.notKeras, "not a Keras model, it looks like a NumPy .npz archive")
      }
      if archive.entries.keys.contains(where: { $0.hasSuffix("data.pkl") }) {
        throw StorageFault(.notKeras, "not a Keras model, it looks like a PyTorch checkpoint")
      }
      throw StorageFault(
        .missingArchitecture, "the archive has no config.json, so it is no model that Keras saved")
    }
    let configuration = try parse(text, "config.json")
    let metadata = try archive.contents(of: "metadata.json", limit: 1 << 20)
    let version = try metadata.map { (text) throws(StorageFault) in try parse(text, "metadata.json") }
    guard let weights = try archive.contents(of: "model.weights.h5") else {
      let isSharded = archive.entries.keys.contains {
        $0.hasPrefix("model.weights") || $0.hasPrefix("model_")
      }
      throw StorageFault(
        .missingWeights,
        isSharded
          ? "its weights are split over several files; save the model without max_shard_size"
          : "the archive has no model.weights.h5")
    }
    let file: HDF5File
    do { file = try HDF5File(weights) } catch {
      throw StorageFault(error.code, "'model.weights.h5' in the archive: \(error.message)")
    }
    return Parts(configuration: configuration, version: version?["keras_version"]?.text, weights: file)
  }

  private static func readHDF5(_ region: ByteRegion) throws(StorageFault) -> Parts {
    let file = try HDF5File(region)
    let header = try file.header(at: file.root)
    func string(_ name: String) throws(StorageFault) -> String? {
      try file.attribute(name, of: header).map { (found) throws(StorageFault) in
        try file.strings(of: found).joined()
      }
    }
    guard let text = try string("model_config") else { throw try noArchitecture(in: file) }
    guard text.utf8.count <= configurationLimit else {
      throw StorageFault(.limitExceeded, "its architecture is a text of \(text.utf8.count) bytes")
    }
    let configuration: JSONValue
    do { configuration = try JSONValue(parsing: Array(text.utf8)) } catch {
      throw .malformed("its architecture (attribute model_config): \(error)")
    }
    return Parts(configuration: configuration, version: try string("keras_version"), weights: file)
  }

  private static func noArchitecture(in file: HDF5File) throws(StorageFault) -> StorageFault {
    let names = try file.links(ofGroupAt: file.root) ?? [:]
    guard let header = try? file.header(at: file.root),
      names["layers"] != nil || names["_layer_checkpoint_dependencies"] != nil || names["vars"] != nil
        || (try? file.attribute("layer_names", of: header)) != nil
    else {
      return StorageFault(
        .missingArchitecture,
        "it is an HDF5 file without the attribute model_config, so it is no model that Keras saved")
    }
    return StorageFault(
      .missingArchitecture,
      "it has weights alone and no architecture; load them into the model and save that whole, with model.save('NAME.keras')"
    )
  }

  private static func parse(_ text: ByteRegion, _ name: String) throws(StorageFault) -> JSONValue {
    do {
      return try text.withUnsafeBytes(in: 0..<text.count) { (bytes) throws(JSONValue.Failure) in
        try JSONValue(parsing: bytes.bindMemory(to: UInt8.self).span)
      }
    } catch {
      throw .malformed("'\(name)' in the archive: \(error)")
    }
  }
}
