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
}
