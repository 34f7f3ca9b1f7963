import FoundationEssentials
import SaliencyImage

/// The files that Scripts/generate-image-fixtures.py wrote.
enum Fixture {
  static let folder = String(#filePath.prefix(upTo: #filePath.lastIndex(of: "/")!)) + "/Fixtures/"

  static func path(_ name: String) -> String { folder + name }

  static func bytes(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(filePath: path(name))))
  }

  /// The lines of a table, each in its words.
  static func table(_ name: String) throws -> [[String]] {
    String(decoding: try bytes(name), as: UTF8.self).split(separator: "\n").map { line in
      line.split(separator: " ").map(String.init)
    }
  }

  static func bytes(hexadecimal text: String) -> [UInt8] {
    let digits = text.utf8.map { UInt8($0 < 0x3A ? $0 - 0x30 : $0 - 0x57) }
    return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
  }

  static func floats(hexadecimal text: String) -> [Float] {
    let bytes = bytes(hexadecimal: text)
    return stride(from: 0, to: bytes.count, by: 4).map { start in
      let word = bytes[start..<start + 4].reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
      return Float(bitPattern: word)
    }
  }

  /// A file of given bytes that exists while the closure runs.
  static func withFile(_ bytes: [UInt8], _ body: (String) throws -> Void) throws {
    let url = FileManager.default.temporaryDirectory.appending(path: "saliency-image-\(UUID().uuidString)")
    try Data(bytes).write(to: url)
    defer { try? FileManager.default.removeItem(at: url) }
    try body(url.path())
  }
}

/// An image with a different color at each pixel.
func gradient(_ width: Int, _ height: Int) -> Image {
  var pixels: [UInt8] = []
  for index in 0..<width * height { pixels += [7, 31, 1].map { UInt8(index * $0 % 256) } }
  return Image(width: width, height: height, pixels: pixels)
}
