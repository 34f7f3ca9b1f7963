import FileAccess
import SaliencyCore

/// A tensor's elements where the model file has them.
final class MappedTensor: TensorStorage, @unchecked Sendable {
  // The file is mapped read-only and stays so while `tensor`, which owns the mapping, lives.
  private let tensor: ONNXTensor
  let bytes: UnsafeRawBufferPointer

  init?(_ tensor: ONNXTensor) {
    guard tensor.elementType == .float32, case .mapped = tensor.storage else { return nil }
    self.tensor = tensor
    bytes = tensor.withUnsafeBytes { $0 }
  }

  func release() {
    guard case .mapped(let file, let range) = tensor.storage else { return }
    file.release(range)
  }

  /// The path of the file in `folder`, and where in it the elements lie, if that is a file of numbers alone.
  func externalPlace(in folder: String) -> (location: String, offset: Int)? {
    guard case .mapped(let file, let range) = tensor.storage,
      let model = try? MappedFile.resolvedPath(tensor.file),
      let path = try? MappedFile.resolvedPath(file.path),
      let folder = try? MappedFile.resolvedPath(folder), path != model, path.hasPrefix(folder + "/")
    else { return nil }
    return (String(path.dropFirst(folder.count + 1)), range.lowerBound)
  }
}
