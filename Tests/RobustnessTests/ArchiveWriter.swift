/// Writes zip archives of stored files, with right checksums, around contents that are not right.
enum ArchiveWriter {
  static func archive(_ files: [(name: String, contents: [UInt8])]) -> [UInt8] {
    var result: [UInt8] = []
    var directory: [UInt8] = []
    for (name, contents) in files {
      let size = UInt32(contents.count)
      let fields =
        little(UInt16(20)) + little(UInt32(0)) + little(UInt32(0x2100_0000)) + little(checksum(contents))
        + little(size) + little(size) + little(UInt16(name.utf8.count)) + little(UInt16(0))
      directory +=
        [0x50, 0x4B, 1, 2] + little(UInt16(20)) + fields + [UInt8](repeating: 0, count: 10)
        + little(UInt32(result.count)) + Array(name.utf8)
      result += [0x50, 0x4B, 3, 4] + fields + Array(name.utf8) + contents
    }
    let count = little(UInt16(files.count))
    let end = [0x50, 0x4B, 5, 6, 0, 0, 0, 0] + count + count
    return result + directory + end + little(UInt32(directory.count)) + little(UInt32(result.count)) + [0, 0]
  }

  private static func little<Integer: FixedWidthInteger>(_ value: Integer) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { Array($0) }
  }

  private static func checksum(_ bytes: [UInt8]) -> UInt32 {
    ~bytes.reduce(UInt32.max) { table[Int(UInt8(truncatingIfNeeded: $0) ^ $1)] ^ ($0 >> 8) }
  }

  private static let table: [UInt32] = (0..<256).map { byte in
    (0..<8).reduce(UInt32(byte)) { value, _ in value & 1 == 0 ? value >> 1 : 0xEDB8_8320 ^ (value >> 1) }
  }
}
