import FileAccess
import SaliencyCore
import Synchronization

/// The files with tensor data that lie beside a model, each mapped once.
final class ExternalDataFolder: Sendable {
  /// The folder's path, without symbolic links.
  private let path: String
  /// Where files may lie that the folder has links to: in the cache of Hugging Face's hub, whose folders
  /// `snapshots/REVISION/…` hold nothing but links to `blobs/DIGEST`. Nil where the model is no such link.
  private let blobs: String?
  private let files = Mutex<[String: MappedFile]>([:])

  /// The folder of the model at `modelPath`, which exists.
  init(ofModelAt modelPath: String) throws(MappedFile.Failure) {
    let folder = modelPath.lastIndex(of: "/").map { modelPath[...$0] } ?? "."
    path = try MappedFile.resolvedPath(String(folder))
    let model = try? MappedFile.resolvedPath(modelPath)
    blobs = model.flatMap { [path] in Self.blobs(ofSnapshot: path, model: $0) }
  }

  /// The folder of the files that a snapshot's links lead to, if the model is one of them.
  private static func blobs(ofSnapshot folder: String, model: String) -> String? {
    let components = folder.split(separator: "/")
    guard let snapshots = components.lastIndex(of: "snapshots"), snapshots + 1 < components.count else {
      return nil
    }
    let blobs = "/" + components[..<snapshots].map { $0 + "/" }.joined() + "blobs"
    return isFile(model, in: blobs) ? blobs : nil
  }

  /// Whether a path without links is that of something in a folder itself, and not deeper.
  private static func isFile(_ path: String, in folder: String) -> Bool {
    guard path.utf8.starts(with: (folder + "/").utf8) else { return false }
    return !path.utf8.dropFirst(folder.utf8.count + 1).contains(UInt8(ascii: "/"))
  }

  /// The file at `location`, a path relative to the folder.
  ///
  /// - Throws: `Failure` if there is no such regular file in the folder. `..` and absolute paths are refused,
  ///   as are symbolic links out of the folder, other than those of a Hugging Face cache into its own files.
  func file(at location: String) throws(MappedFile.Failure) -> MappedFile {
    guard !location.isEmpty else { throw MappedFile.Failure(reason: "has no name") }
    let components = location.split(separator: "/")
    guard !location.hasPrefix("/"), !components.contains("..") else {
      throw MappedFile.Failure(reason: "must lie in the model's folder")
    }
    let resolved = try MappedFile.resolvedPath(path + "/" + location)
    let prefix = path.hasSuffix("/") ? path : path + "/"
    let isBlob = blobs.map { Self.isFile(resolved, in: $0) } ?? false
    guard isBlob || resolved.utf8.starts(with: prefix.utf8) else {
      throw MappedFile.Failure(reason: "must lie in the model's folder, but is a link out of it")
    }
    return try files.withLock { (files) throws(MappedFile.Failure) in
      if let file = files[resolved] { return file }
      let file = try MappedFile(path: resolved, followingLinks: false)
      files[resolved] = file
      return file
    }
  }
}

/// Where a tensor's elements are if they are in a file of their own.
struct ExternalDataReference {
  /// The file's path, relative to the model's folder.
  var location: String
  /// The first byte of the elements.
  var offset: Int
  /// The size of the elements, or nil for as many bytes as the tensor takes.
  var length: Int?

  /// The reference in the tensor's `external_data`; entries other than these three, like checksums, are
  /// ignored.
  init(_ tensor: ONNXTensorProto) throws(TensorFault) {
    var values: [String: String] = [:]
    for entry in tensor.externalData where ["location", "offset", "length"].contains(entry.key) {
      guard values.updateValue(entry.value, forKey: entry.key) == nil else {
        throw TensorFault(.externalData, "its external data gives the \(entry.key) twice")
      }
    }
    guard let location = values["location"] else {
      throw TensorFault(.externalData, "its external data does not say in which file it is")
    }
    self.location = location
    offset = try Self.number(values["offset"], "offset") ?? 0
    length = try Self.number(values["length"], "length")
  }

  private static func number(_ text: String?, _ key: String) throws(TensorFault) -> Int? {
    guard let text else { return nil }
    guard text.utf8.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }), let number = Int(text) else {
      let message = "the \(key) '\(text.printable())' of its external data is no number of bytes"
      throw TensorFault(.externalData, message)
    }
    return number
  }

  /// The elements' place in `file`, for a tensor that takes `byteCount` bytes.
  func range(in file: MappedFile, byteCount: Int) throws(TensorFault) -> Range<Int> {
    let length = length ?? byteCount
    let (end, overflow) = offset.addingReportingOverflow(length)
    guard !overflow, end <= file.count else {
      let place = "\(length) bytes at offset \(offset) of '\(location.printable())'"
      throw TensorFault(.externalData, "its data is in \(place), which has only \(file.count) bytes")
    }
    return offset..<end
  }
}
