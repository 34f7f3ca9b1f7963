/// Animated PNG: the chunks of PNG files that libpng wrote, put together with those that make them frames.
///
/// A frame after the first holds the smallest rectangle around what differs from the frame before.
enum AnimatedPNG {
  /// The file of images of one size, at least one; the durations are in milliseconds.
  static func encode(_ images: [Image], durations: [Int], loopCount: Int) throws(ImageError) -> [UInt8] {
    let (width, height) = (images[0].width, images[0].height)
    var file = signature
    var sequence: UInt32 = 0
    for (index, image) in images.enumerated() {
      let part =
        index == 0
        ? Rectangle(x: 0, y: 0, width: width, height: height) : difference(images[index - 1], image)
      let cropped = try image.cropped(x: part.x, y: part.y, width: part.width, height: part.height)
      let encoded = chunks(of: try cropped.encoded(as: .png))
      if index == 0 {
        append("IHDR", encoded.first { $0.type == "IHDR" }.map { Array($0.data) } ?? [], to: &file)
        append("acTL", bigEndian(UInt32(images.count)) + bigEndian(UInt32(loopCount)), to: &file)
      }
      append("fcTL", frameControl(part, milliseconds: durations[index], &sequence), to: &file)
      let data = encoded.filter { $0.type == "IDAT" }.flatMap(\.data)
      if index == 0 {
        append("IDAT", data, to: &file)
      } else {
        append("fdAT", bigEndian(sequence) + data, to: &file)
        sequence += 1
      }
    }
    append("IEND", [], to: &file)
    return file
  }

  private struct Rectangle {
    let x: Int
    let y: Int
    let width: Int
    let height: Int
  }

  private static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

  /// The smallest rectangle around the pixels that differ, or one pixel where none does.
  private static func difference(_ before: Image, _ after: Image) -> Rectangle {
    let rowSize = 3 * after.width
    var (left, right, top, bottom) = (rowSize, -1, after.height, -1)
    before.pixels.withUnsafeBufferPointer { before in
      after.pixels.withUnsafeBufferPointer { after in
        for row in 0..<after.count / rowSize {
          let start = row * rowSize
          guard let first = (0..<rowSize).first(where: { before[start + $0] != after[start + $0] }),
            let last = (0..<rowSize).last(where: { before[start + $0] != after[start + $0] })
          else { continue }
          (left, right) = (min(left, first / 3), max(right, last / 3))
          (top, bottom) = (min(top, row), row)
        }
      }
    }
    guard bottom >= 0 else { return Rectangle(x: 0, y: 0, width: 1, height: 1) }
    return Rectangle(x: left, y: top, width: right - left + 1, height: bottom - top + 1)
  }

  /// What stands before a frame's pixels: they replace what is there, and stay.
  private static func frameControl(
    _ part: Rectangle, milliseconds: Int, _ sequence: inout UInt32
  ) -> [UInt8] {
    defer { sequence += 1 }
    let place = [part.width, part.height, part.x, part.y].flatMap { bigEndian(UInt32($0)) }
    let delay = bigEndian(UInt16(milliseconds)) + bigEndian(UInt16(1000))
    return bigEndian(sequence) + place + delay + [0, 0]
  }

  /// The chunks of a file that libpng wrote.
  static func chunks(of png: [UInt8]) -> [(type: String, data: ArraySlice<UInt8>)] {
    var chunks: [(String, ArraySlice<UInt8>)] = []
    var position = signature.count
    while position + 12 <= png.count {
      let length = png[position..<position + 4].reduce(0) { $0 << 8 | Int($1) }
      let start = position + 8
      chunks.append((String(decoding: png[position + 4..<start], as: UTF8.self), png[start..<start + length]))
      position = start + length + 4
    }
    return chunks
  }

  private static func append(_ type: String, _ data: [UInt8], to file: inout [UInt8]) {
    file += bigEndian(UInt32(data.count))
    let start = file.count
    file += type.utf8
    file += data
    file += bigEndian(checksum(file[start...]))
  }

  private static func bigEndian(_ value: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: value.bigEndian) { Array($0) }
  }

  /// The CRC-32 of PNG and zlib.
  static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    ~bytes.reduce(~0) { table[Int(UInt8(truncatingIfNeeded: $0) ^ $1)] ^ ($0 >> 8) }
  }

  private static let table: [UInt32] = (0..<256).map { byte in
    (0..<8).reduce(UInt32(byte)) { value, _ in value & 1 == 0 ? value >> 1 : 0xEDB8_8320 ^ (value >> 1) }
  }
}
