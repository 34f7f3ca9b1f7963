import SaliencyImage
import Testing

@Suite("Decoding")
struct DecodingTests {
  @Test("Every encoding gives the pixels that Pillow gives", arguments: try Fixture.table("decoded.txt"))
  func equalsPillow(row: [String]) throws {
    let image = try Image(contentsOf: Fixture.path(row[0]))
    let expected = Fixture.bytes(hexadecimal: row[4])
    #expect(image.width == Int(row[1]))
    #expect(image.height == Int(row[2]))
    #expect(image.pixels.count == expected.count)
    let difference = zip(image.pixels, expected).map { abs(Int($0) - Int($1)) }.max()
    #expect(try #require(difference) <= Int(row[3])!)
  }

  @Test("The format is told by the content, not by the name")
  func detection() throws {
    let png = try Fixture.bytes("rgb-8.png")
    let image = try Image(decoding: png)
    try Fixture.withFile(png) { path in
      let read = try Image(contentsOf: path)
      #expect(read == image)
    }
  }

  @Test(
    "An image knows whether its file had no colors",
    arguments: [
      ("gray-8.png", true), ("gray-alpha-16.png", true), ("gray.jpg", true), ("rgb-8.png", false),
      ("palette-4.png", false), ("420.jpg", false), ("lossy.webp", false),
    ])
  func grayness(name: String, isGray: Bool) throws {
    #expect(try Image(contentsOf: Fixture.path(name)).isFromGrayFile == isGray)
  }

  @Test(
    "What is no image is refused with what would be right",
    arguments: [
      ([], "the file is empty; PNG, JPEG and WebP images can be read"),
      (Array("GIF89a,,,,,,".utf8), "the file is a GIF; PNG, JPEG and WebP images can be read"),
      (Array("BM\u{1}\u{2}".utf8), "the file is a BMP; PNG, JPEG and WebP images can be read"),
      (Array("Hello, world\n".utf8), "the file is text; PNG, JPEG and WebP images can be read"),
      ([0, 1, 2, 3], "the file is of an unknown format; PNG, JPEG and WebP images can be read"),
    ] as [([UInt8], String)])
  func foreignContent(bytes: [UInt8], reason: String) throws {
    try Fixture.withFile(bytes) { path in
      let error = #expect(throws: ImageError.self) { try Image(contentsOf: path) }
      #expect(error?.code == .unsupportedFormat)
      #expect(error?.description == "\(path): \(reason)")
    }
  }

  @Test("Missing files, directories and devices are refused by name")
  func unreadable() {
    let missing = #expect(throws: ImageError.self) { try Image(contentsOf: "/no/such/file.png") }
    #expect(
      missing?.description == "/no/such/file.png: the file cannot be opened: No such file or directory")
    let directory = #expect(throws: ImageError.self) { try Image(contentsOf: Fixture.folder) }
    #expect(
      directory?.description.hasSuffix("the file is a folder, not a file") == true)
    let device = #expect(throws: ImageError.self) { try Image(contentsOf: "/dev/zero") }
    #expect(device?.code == .unreadable)
  }
}
