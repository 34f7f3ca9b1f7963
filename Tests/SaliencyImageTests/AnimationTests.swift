import Testing

@testable import SaliencyImage

@Suite("Animations")
struct AnimationTests {
  /// A dot that moves over an image, and rests in the third frame.
  private static func frames() -> [Animation.Frame] {
    zip([3, 9, 9, 0, 19], [40, 1, 65_535, 100, 250]).map { column, milliseconds in
      var image = gradient(20, 12)
      image[column, column / 2] = Color(red: 255, green: 0, blue: 0)
      return Animation.Frame(image: image, duration: .milliseconds(milliseconds))
    }
  }

  @Test("An animated PNG gives back every frame, duration and number of rounds", arguments: [0, 1, 65_535])
  func animatedPNG(loopCount: Int) throws {
    let frames = Self.frames()
    let bytes = try Animation(frames: frames, loopCount: loopCount).encoded(as: .png)
    let read = try APNGReader(bytes)
    #expect(read.loopCount == loopCount)
    #expect(read.images == frames.map(\.image))
    #expect(read.delays.map { Duration.milliseconds($0) } == frames.map(\.duration))
    // Programs that know no animations show the first frame.
    #expect(try Image(decoding: bytes) == frames[0].image)
  }

  @Test("What stays as it was is stored once")
  func size() throws {
    let frames = Self.frames()
    let bytes = try Animation(frames: frames).encoded(as: .png)
    let first = try frames[0].image.encoded(as: .png).count
    #expect(bytes.count < first + 4 * 200 + 100)
  }

  @Test("An animated WebP has every frame that differs, with the durations of equal ones added")
  func animatedWebP() throws {
    let bytes = try Animation(frames: Self.frames(), loopCount: 7).encoded(as: .webp)
    var position = 12
    var durations: [Int] = []
    var loops: Int?
    while position + 8 <= bytes.count {
      func number(_ offset: Int, _ size: Int) -> Int {
        bytes[position + offset..<position + offset + size].reversed().reduce(0) { $0 << 8 | Int($1) }
      }
      let type = String(decoding: bytes[position..<position + 4], as: UTF8.self)
      if type == "ANIM" { loops = number(12, 2) }
      if type == "ANMF" { durations.append(number(20, 3)) }
      position += 8 + (number(4, 4) + 1) / 2 * 2
    }
    #expect(position == bytes.count)
    #expect(loops == 7)
    #expect(durations == [40, 65_536, 100, 250])
  }

  @Test("A single frame gives the file of the image itself", arguments: [ImageFormat.png, .webp])
  func singleFrame(format: ImageFormat) throws {
    let image = gradient(9, 5)
    let animation = try Animation([image], frameDuration: .seconds(1))
    #expect(try animation.encoded(as: format) == image.encoded(as: format))
  }

  @Test("Fractions of a millisecond are rounded", arguments: [(500, 1), (1_400, 1), (1_500, 2)])
  func rounding(microseconds: Int, milliseconds: Int) throws {
    let images = [gradient(2, 2), gradient(2, 2)]
    let bytes = try Animation(images, frameDuration: .microseconds(microseconds)).encoded(as: .png)
    #expect(try APNGReader(bytes).delays == [milliseconds, milliseconds])
  }

  private static let refused: [(make: @Sendable () throws -> Animation, reason: String)] = [
    ({ try Animation(frames: []) }, "the animation has no frames; it needs at least one"),
    (
      { try Animation([gradient(2, 2), gradient(2, 3)], frameDuration: .seconds(1)) },
      "frame 1 of the animation has 2×3 pixels, but frame 0 has 2×2; all need the same size"
    ),
    (
      { try Animation([gradient(2, 2)], frameDuration: .zero) },
      "frame 0 of the animation is shown for 0.0 seconds; 1 to 65535 milliseconds are possible"
    ),
    (
      { try Animation([gradient(2, 2)], frameDuration: .microseconds(499)) },
      "frame 0 of the animation is shown for 0.000499 seconds; 1 to 65535 milliseconds are possible"
    ),
    (
      { try Animation([gradient(2, 2)], frameDuration: .milliseconds(-5)) },
      "frame 0 of the animation is shown for -0.005 seconds; 1 to 65535 milliseconds are possible"
    ),
    (
      { try Animation([gradient(2, 2)], frameDuration: .milliseconds(65_536)) },
      "frame 0 of the animation is shown for 65.536 seconds; 1 to 65535 milliseconds are possible"
    ),
    (
      { try Animation([gradient(2, 2)], frameDuration: .seconds(1), loopCount: -1) },
      "an animation cannot be played -1 times; 0 (without end) to 65535 are possible"
    ),
  ]

  @Test("What makes no sense is refused with what would be right", arguments: refused)
  func refusals(make: @Sendable () throws -> Animation, reason: String) {
    let error = #expect(throws: ImageError.self) { try make() }
    #expect(error?.code == .invalidArgument)
    #expect(error?.description == reason)
  }

  @Test("Formats and sizes that hold no animation are refused")
  func formats() throws {
    let animation = try Animation(frames: Self.frames())
    let error = #expect(throws: ImageError.self) { try animation.encoded(as: .jpeg) }
    #expect(error?.code == .unsupportedFormat)
    let wide = [0, 1].map { Image(width: 16_384, height: 1, filledWith: Color(gray: $0)) }
    let tooWide = #expect(throws: ImageError.self) {
      try Animation(wide, frameDuration: .seconds(1)).encoded(as: .webp)
    }
    #expect(tooWide?.code == .encodingFailed)
    #expect(
      tooWide?.description
        == "the animation of 16384×1 pixels cannot be written as WebP: a WebP image has at most 16383 pixels on a side"
    )
  }

  @Test("Files are written by their ending, others are refused by name")
  func files() throws {
    let animation = try Animation(frames: Self.frames())
    try Fixture.withFile([]) { path in
      let error = #expect(throws: ImageError.self) { try animation.write(to: path + ".gif") }
      #expect(error?.description == path + ".gif: an animation's name has to end in .png or .webp")
      let jpeg = #expect(throws: ImageError.self) { try animation.write(to: path + ".jpg") }
      #expect(jpeg?.path == path + ".jpg")
      let folder = #expect(throws: ImageError.self) { try animation.write(to: "/no/such/folder/a.png") }
      #expect(folder?.code == .unwritable)
    }
  }
}

/// Reads an animated PNG as its specification says, checking sequence numbers and check sums.
private struct APNGReader {
  var images: [Image] = []
  var delays: [Int] = []
  var loopCount = -1

  init(_ bytes: [UInt8]) throws {
    var header: [UInt8] = []
    var data: [UInt8] = []
    var control: [UInt8] = []
    var sequence = 0
    var frameCount = 0
    func number(_ bytes: some Collection<UInt8>) -> Int { bytes.reduce(0) { $0 << 8 | Int($1) } }

    func compose() throws {
      guard !control.isEmpty else { return }
      let place = (0..<4).map { number(control[4 + 4 * $0..<8 + 4 * $0]) }
      // A PNG file of the frame alone: its size in the header, its data in one chunk.
      var file = Array(bytes[0..<8])
      let size = Array(control[4..<12])
      for (type, content) in [("IHDR", size + header[8...]), ("IDAT", data), ("IEND", [])] {
        let body = Array(type.utf8) + content
        let checksum = AnimatedPNG.checksum(body[...])
        file += [24, 16, 8, 0].map { UInt8(content.count >> $0 & 255) }
        file += body
        file += [24, 16, 8, 0].map { UInt8(checksum >> $0 & 255) }
      }
      let part = try Image(decoding: file)
      #expect([part.width, part.height] == Array(place[0..<2]))
      var canvas = images.last ?? part
      canvas.paste(part, x: place[2], y: place[3])
      images.append(canvas)
      #expect(number(control[22..<24]) == 1000)
      #expect(Array(control[24..<26]) == [0, 0])
      delays.append(number(control[20..<22]))
      data = []
    }

    var position = 8
    while position < bytes.count {
      let length = number(bytes[position..<position + 4])
      let body = bytes[position + 4..<position + 8 + length]
      let content = Array(body.dropFirst(4))
      #expect(
        number(bytes[position + 8 + length..<position + 12 + length]) == Int(AnimatedPNG.checksum(body)))
      switch String(decoding: body.prefix(4), as: UTF8.self) {
      case "IHDR": header = content
      case "acTL": (frameCount, loopCount) = (number(content[0..<4]), number(content[4..<8]))
      case "fcTL":
        try compose()
        #expect(number(content[0..<4]) == sequence)
        sequence += 1
        control = content
      case "IDAT": data += content
      case "fdAT":
        #expect(number(content[0..<4]) == sequence)
        sequence += 1
        data += content[4...]
      case "IEND": try compose()
      default: Issue.record("a chunk of an unknown type")
      }
      position += 12 + length
    }
    #expect(images.count == frameCount)
  }
}
