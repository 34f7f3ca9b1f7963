import FileAccess

extension HDF5Type {
  /// Whether elements are stored as tensors have them.
  var isFloat32InPlace: Bool { kind == .float && size == 4 && !isBigEndian }

  /// What makes single-precision numbers of so many elements; nil where they are no numbers.
  var decoder: ((UnsafeRawBufferPointer, Int) -> [Float])? {
    switch (kind, size) {
    case (.float, 2): decoder(UInt16.self) { Float(halfBits: $0) }
    case (.float, 4): decoder(UInt32.self) { Float(bitPattern: $0) }
    case (.float, 8): decoder(UInt64.self) { Float(Double(bitPattern: $0)) }
    case (.bfloat16, 2): decoder(UInt16.self) { Float(bitPattern: UInt32($0) << 16) }
    case (.signed, 1): decoder(Int8.self) { Float($0) }
    case (.signed, 2): decoder(Int16.self) { Float($0) }
    case (.signed, 4): decoder(Int32.self) { Float($0) }
    case (.signed, 8): decoder(Int64.self) { Float($0) }
    case (.unsigned, 1): decoder(UInt8.self) { Float($0) }
    case (.unsigned, 2): decoder(UInt16.self) { Float($0) }
    case (.unsigned, 4): decoder(UInt32.self) { Float($0) }
    case (.unsigned, 8): decoder(UInt64.self) { Float($0) }
    default: nil
    }
  }

  private func decoder<Bits: FixedWidthInteger & BitwiseCopyable>(
    _ type: Bits.Type, _ convert: @escaping (Bits) -> Float
  ) -> (UnsafeRawBufferPointer, Int) -> [Float] {
    { [isBigEndian] bytes, total in
      [Float](unsafeUninitializedCapacity: total) { values, count in
        for index in 0..<total {
          let stored = bytes.loadUnaligned(fromByteOffset: index * MemoryLayout<Bits>.size, as: Bits.self)
          let bits = isBigEndian ? Bits(bigEndian: stored) : Bits(littleEndian: stored)
          values.initializeElement(at: index, to: convert(bits))
        }
        count = total
      }
    }
  }
}
