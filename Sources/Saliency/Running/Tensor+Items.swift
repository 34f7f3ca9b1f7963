public import SaliencyCore

extension Tensor {
  /// The first items along the first axis, each with a batch of 1.
  public func items(_ count: Int) -> [Tensor] {
    guard let extent = shape.first, shape.count > 1 || extent == count else { return [self] }
    return (0..<count).map { items(in: $0..<$0 + 1) }
  }

  /// Items along the first axis, as a batch.
  func items(in range: Range<Int>) -> Tensor {
    let shape = [range.count] + self.shape.dropFirst()
    let values = withUnsafeBytes { bytes in
      let size = bytes.count / max(self.shape[0], 1)
      return [Float](unsafeUninitializedCapacity: shape.elementCount) { buffer, count in
        UnsafeMutableRawBufferPointer(buffer).copyMemory(
          from: UnsafeRawBufferPointer(rebasing: bytes[range.lowerBound * size..<range.upperBound * size]))
        count = shape.elementCount
      }
    }
    return Tensor(shape: shape, values: values)
  }

  /// Tensors one behind another along their first axis.
  init(joining parts: [Tensor]) {
    guard parts.count > 1 else {
      self = parts[0]
      return
    }
    let shape = [parts.reduce(0) { $0 + $1.shape[0] }] + parts[0].shape.dropFirst()
    var values: [Float] = []
    values.reserveCapacity(shape.elementCount)
    for part in parts { values += part.values }
    self.init(shape: shape, values: values)
  }
}
