package import FileAccess
import SaliencyCore
import SwiftProtobuf
import Synchronization

/// An ONNX model as it is in its file: decoded and checked for what the format demands, but not yet a graph.
///
/// The file stays mapped as long as this or one of its tensors lives. Weights are not copied: opening a model
/// costs memory for its structure alone.
package final class ONNXModelFile: Sendable {
  /// The path, as it was given.
  package let path: String
  /// The decoded model. The contents of its tensors have stayed in the file; `tensor(_:)` gets them.
  package let model: ONNXModelProto
  /// The version of the standard operator set that the model is written for.
  package let operatorSetVersion: Int

  private let file: MappedFile
  /// Where tensors of files of their own lie; nil where the model lies in memory alone.
  private let folder: ExternalDataFolder?
  private let cachedDigest = Mutex<String?>(nil)

  /// Opens the model at `path`.
  ///
  /// - Throws: `unreadable` if there is no such regular file, `notONNX`, `truncated` or `malformed` if its
  ///   contents cannot be decoded, `limitExceeded` if decoding them would take too much memory,
  ///   `invalidModel` if it lacks an IR version, a graph or the version of the standard operator set.
  package convenience init(contentsOf path: String) throws(ONNXError) {
    let file: MappedFile
    do throws(MappedFile.Failure) { file = try MappedFile(path: path) } catch {
      throw ONNXError(error.isEmpty ? .truncated : .unreadable, "the file \(error.reason)", file: path)
    }
    try self.init(file)
  }

  /// Opens a model of bytes that are at hand.
  package init(_ file: MappedFile) throws(ONNXError) {
    self.file = file
    let path = file.path
    self.path = path
    do throws(MappedFile.Failure) {
      folder = file.isInMemory ? nil : try ExternalDataFolder(ofModelAt: path)
    } catch {
      throw ONNXError(error.isEmpty ? .truncated : .unreadable, "the file \(error.reason)", file: path)
    }
    (model, operatorSetVersion) = try file.withSpan { (bytes) throws(ONNXError) in
      do throws(ONNXError) {
        let model = try Self.decode(bytes, path: path)
        return (model, try Self.operatorSetVersion(of: model, path: path))
      } catch {
        guard let guess = FileSignature.guess(bytes) else { throw error }
        throw ONNXError(.notONNX, "not an ONNX model, it looks like \(guess)", file: path)
      }
    }
  }

  /// The SHA-256 hash of the model file, without files of external data, as 64 hexadecimal digits.
  package var digest: String {
    cachedDigest.withLock { cached in
      if let cached { return cached }
      let digest = file.withSpan { SHA256.hexDigest(of: $0, done: file.release) }
      cached = digest
      return digest
    }
  }

  /// The tensor that `proto`, which is part of `model`, describes.
  ///
  /// - Throws: `invalidModel` if its contents do not fit its shape and type, `unsupportedElementType`,
  ///   `externalData` if they should lie in another file and do not, `malformed` or `truncated` if the bytes
  ///   cannot be decoded, `limitExceeded` if it has too many dimensions.
  package func tensor(_ proto: ONNXTensorProto) throws(ONNXError) -> ONNXTensor {
    do throws(TensorFault) {
      let layout = try TensorLayout(proto)
      let storage = try storage(of: proto, layout: layout)
      return ONNXTensor(
        name: proto.name, shape: layout.shape, elementType: layout.elementType,
        elementCount: layout.elementCount, storage: storage, file: path)
    } catch {
      throw ONNXError(
        error.code, error.message, file: path, tensor: proto.name, byteOffset: error.byteOffset)
    }
  }

  private func storage(
    of proto: ONNXTensorProto, layout: TensorLayout
  ) throws(TensorFault) -> ONNXTensor.Storage {
    guard let start = Int(exactly: proto.messageOffset), let count = Int(exactly: proto.messageLength),
      proto.hasMessageOffset, 0...file.count ~= start, 0...(file.count - start) ~= count
    else { throw TensorFault(.invalidModel, "it is not part of the model file") }
    let message = start..<(start + count)
    guard proto.dataLocation == .external else {
      return try TensorDecoder(layout: layout, message: message, file: file).storage()
    }

    let inlineField = try file.withSpan { (bytes) throws(TensorFault) in
      try TensorContents(of: message, in: bytes).field
    }
    if let inlineField {
      throw TensorFault(.invalidModel, "its elements are both in \(inlineField.name) and in an external file")
    }
    let reference = try ExternalDataReference(proto)
    let external: MappedFile
    guard let folder else {
      throw TensorFault(
        .externalData,
        "its elements lie in a file beside the model, '\(reference.location.printable())', and the model was given as bytes"
      )
    }
    do { external = try folder.file(at: reference.location) } catch {
      let message = "its external data file '\(reference.location.printable())' \(error.reason)"
      throw TensorFault(.externalData, message)
    }
    let range = try reference.range(in: external, byteCount: layout.byteCount)
    try layout.check(byteCount: range.count, in: "'\(reference.location.printable())'")
    return .mapped(external, range)
  }

  private static func decode(_ bytes: Span<UInt8>, path: String) throws(ONNXError) -> ONNXModelProto {
    let skeleton: ModelSkeleton
    do { skeleton = try ModelSkeleton(of: bytes) } catch {
      let state: String? =
        switch error.code {
        case .truncated: "cut off"
        case .malformed: "damaged"
        default: nil
        }
      let message = state.map { "the file is \($0) or no ONNX model: " } ?? ""
      throw ONNXError(error.code, message + error.message, file: path, byteOffset: error.byteOffset)
    }
    do { return try ONNXModelProto(serializedBytes: skeleton.bytes) } catch {
      throw ONNXError(.malformed, "cannot be decoded: \(error)", file: path)
    }
  }

  private static func operatorSetVersion(
    of model: ONNXModelProto, path: String
  ) throws(ONNXError) -> Int {
    guard model.hasIrVersion, model.irVersion > 0, model.hasGraph else {
      let missing = model.hasGraph ? "IR version" : "graph"
      throw ONNXError(.invalidModel, "not a complete ONNX model, it has no \(missing)", file: path)
    }
    let versions = Set(model.opsetImport.filter { ["", "ai.onnx"].contains($0.domain) }.map(\.version))
    let domains = Set(model.graph.node.map(\.domain))
    if versions.isEmpty, !domains.isEmpty, domains.isDisjoint(with: ["", "ai.onnx"]) {
      let operators = Set(model.graph.node.map { "\($0.domain).\($0.opType)".printable() }).sorted().prefix(5)
      throw ONNXError(
        .unsupportedOperator,
        "operators of other domains than ONNX's own are not supported: "
          + operators.joined(separator: ", "), file: path)
    }
    guard versions.count == 1, let version = versions.first.flatMap({ Int(exactly: $0) }), version > 0 else {
      let named = versions.isEmpty ? "none" : "\(versions.sorted().prefix(4))"
      let message =
        "a model must name one version of the standard operator set (opset), this one names \(named)"
      throw ONNXError(.invalidModel, message, file: path)
    }
    return version
  }
}
