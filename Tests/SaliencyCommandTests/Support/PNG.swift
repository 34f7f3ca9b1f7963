/// Uncompressed PNG files of true color.
enum PNG {
  /// An image with a pattern.
  static func image(width: Int, height: Int) -> [UInt8] {
    var rows: [UInt8] = []
    for row in 0..<height {
      rows.append(0)
      for column in 0..<width {
        rows += [UInt8(truncatingIfNeeded: row * 20), UInt8(truncatingIfNeeded: column * 17), 90]
      }
    }
    return file(width: width, height: height, rows)
  }

  /// A file whose header claims a size, with whatever rows.
  static func file(width: Int, height: Int, _ rows: [UInt8]) -> [UInt8] {
    precondition(rows.count < 65_536, "one stored block holds no more")
    let count = UInt16(rows.count)
    let stored: [UInt8] = [0x78, 1, 1] + bytes(count) + bytes(~count) + rows
    return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
      + chunk("IHDR", bigEndian(UInt32(width)) + bigEndian(UInt32(height)) + [8, 2, 0, 0, 0])
      + chunk("IDAT", stored + bigEndian(adler(rows))) + chunk("IEND", [])
  }

  private static func chunk(_ type: String, _ data: [UInt8]) -> [UInt8] {
    let body = Array(type.utf8) + data
    return bigEndian(UInt32(data.count)) + body + bigEndian(checksum(body))
  }

  private static func bytes(_ value: UInt16) -> [UInt8] { [UInt8(value & 0xFF), UInt8(value >> 8)] }

  private static func bigEndian(_ value: UInt32) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(value >> $0 & 0xFF) }
  }

  private static func checksum(_ bytes: [UInt8]) -> UInt32 {
    ~bytes.reduce(~0) { sum, byte in
      (0..<8).reduce(sum ^ UInt32(byte)) { value, _ in value >> 1 ^ (value & 1 == 1 ? 0xEDB8_8320 : 0) }
    }
  }

  private static func adler(_ bytes: [UInt8]) -> UInt32 {
    let (a, b) = bytes.reduce((UInt32(1), UInt32(0))) { sums, byte in
      let a = (sums.0 + UInt32(byte)) % 65_521
      return (a, (sums.1 + a) % 65_521)
    }
    return b << 16 | a
  }
}
