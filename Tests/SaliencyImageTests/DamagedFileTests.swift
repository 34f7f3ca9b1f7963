import SaliencyImage
import Testing

@Suite("Damaged image files")
struct DamagedFileTests {
  static let samples = [
    "rgb-8.png", "rgb-16-interlaced.png", "palette-transparent.png", "exif-6.png", "420.jpg",
    "progressive.jpg",
    "ycck.jpg", "restart.jpg", "exif-5.jpg", "lossy.webp", "lossless-alpha.webp", "exif-5.webp",
  ]

  @Test("A file cut off anywhere gives an error or the whole image, never a part of it", arguments: samples)
  func truncation(name: String) throws {
    let bytes = try Fixture.bytes(name)
    let whole = try Image(decoding: bytes)
    var refusals = 0
    for count in 0..<bytes.count {
      do throws(ImageError) {
        // Metadata at the end may be lost, and the orientation with them, but no pixel.
        let image = try Image(decoding: Array(bytes.prefix(count)))
        #expect(image == whole || image.pixels.sorted() == whole.pixels.sorted())
      } catch {
        refusals += 1
        #expect(error.code == .malformed || error.code == .unsupportedFormat)
      }
    }
    #expect(refusals > bytes.count / 2)
  }

  @Test("Flipped bits never crash, and leave an image of a permitted size or an error", arguments: samples)
  func corruption(name: String) throws {
    let bytes = try Fixture.bytes(name)
    var random = Congruence(state: 1)
    for _ in 0..<400 {
      var damaged = bytes
      for _ in 0..<3 { damaged[Int(random.next() % UInt64(bytes.count))] ^= 1 << UInt8(random.next() % 8) }
      guard let image = try? Image(decoding: damaged) else { continue }
      #expect(image.pixels.count == image.width * image.height * 3)
    }
  }

  @Test("Random bytes behind a right start are refused", arguments: ["rgb-8.png", "420.jpg", "lossy.webp"])
  func noise(name: String) throws {
    let start = try Fixture.bytes(name).prefix(12)
    var random = Congruence(state: 2)
    for count in 0..<200 {
      let bytes = start + (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next() >> 32) }
      #expect(throws: ImageError.self) { try Image(decoding: Array(bytes)) }
    }
  }

  @Test("A PNG that claims 60,000 × 60,000 pixels is refused before anything is allocated")
  func bomb() throws {
    var bytes: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    bytes += chunk("IHDR", [0, 0, 0xEA, 0x60, 0, 0, 0xEA, 0x60, 8, 2, 0, 0, 0]) + chunk("IDAT", [])
    let error = #expect(throws: ImageError.self) { try Image(decoding: bytes) }
    #expect(error?.code == .tooLarge)
    #expect(error?.description == "the image has 60000×60000 pixels; up to 178956970 are read")
  }

  @Test("A JPEG without its end marker is refused, like any that is cut off")
  func missingEnd() throws {
    let error = #expect(throws: ImageError.self) {
      try Image(decoding: Array(Fixture.bytes("420.jpg").dropLast(2)))
    }
    #expect(error?.description == "the JPEG image is damaged or cut off: Premature end of JPEG file")
  }

  @Test("Metadata that lead nowhere leave the image as it is")
  func brokenMetadata() throws {
    let jpeg = try Fixture.bytes("444.jpg")
    let upright = try Image(decoding: jpeg)
    let blocks: [[UInt8]] = [
      [], Array("Exif\0\0".utf8), Array("Exif\0\0MM\0*".utf8),
      Array("Exif\0\0MM\0*".utf8) + [0xFF, 0xFF, 0xFF, 0xFF],
      Array("Exif\0\0II*\0".utf8) + [8, 0, 0, 0, 0xFF, 0xFF],
      Array("http://ns.adobe.com/xap/1.0/\0tiff:Orientation=\"".utf8),
      Array("Exif\0\0MM\0*\0\0\0\u{8}\0\u{1}\u{1}\u{12}\0\u{3}\0\0\0\u{1}\0\u{9}\0\0".utf8),
    ]
    for block in blocks {
      let segment = [0xFF, 0xE1, 0, UInt8(block.count + 2)] + block
      #expect(try Image(decoding: Array(jpeg.prefix(2) + segment + jpeg.dropFirst(2))) == upright)
    }
  }

  private func chunk(_ name: String, _ content: [UInt8]) -> [UInt8] {
    func bytes(_ value: UInt32) -> [UInt8] { withUnsafeBytes(of: value.bigEndian) { Array($0) } }
    let body = Array(name.utf8) + content
    var checksum = ~UInt32(0)
    for byte in body {
      checksum ^= UInt32(byte)
      for _ in 0..<8 { checksum = checksum & 1 == 1 ? checksum >> 1 ^ 0xEDB8_8320 : checksum >> 1 }
    }
    return bytes(UInt32(content.count)) + body + bytes(~checksum)
  }
}

/// The same random numbers each time.
private struct Congruence: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return state ^ state >> 29
  }
}
