extension Tensor {
  /// The first element that is NaN, in row-major order, or nil.
  ///
  /// Infinities are not looked for: masks are made of them.
  public var firstNaNIndex: Int? { withExtendedLifetime(storage) { nanIndex(in: storage.bytes) } }

  private func nanIndex(in bytes: UnsafeRawBufferPointer) -> Int? {
    let count = shape.elementCount
    let width = SIMD16<Float>.scalarCount
    func element(_ index: Int) -> Float {
      bytes.loadUnaligned(fromByteOffset: index * MemoryLayout<Float>.stride, as: Float.self)
    }
    var start = 0
    while start + width <= count {
      let lanes = bytes.loadUnaligned(
        fromByteOffset: start * MemoryLayout<Float>.stride, as: SIMD16<Float>.self)
      // A number differs from itself where it is NaN.
      if any(lanes .!= lanes) { break }
      start += width
    }
    return (start..<count).first { element($0).isNaN }
  }
}
