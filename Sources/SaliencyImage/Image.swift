/// An image of 8-bit red, green and blue values.
public struct Image: Sendable, Equatable {
  /// The most pixels that an image may have: 178,956,970, which is where Pillow stops as well (an image of
  /// 512 MiB).
  public static let maximumPixelCount = 178_956_970

  /// Pixels in a row.
  public let width: Int
  /// Rows.
  public let height: Int
  /// Three bytes a pixel (red, green, blue), row by row from the top left: `width * height * 3` in all.
  public internal(set) var pixels: [UInt8]
  /// Whether the file that the image was read from had no colors.
  ///
  /// It is not part of an image's identity: `==` compares sizes and pixels.
  public internal(set) var isFromGrayFile = false

  /// An image of given pixels.
  ///
  /// - Precondition: both sides are at least 1, and `pixels` has `width * height * 3` elements.
  public init(width: Int, height: Int, pixels: [UInt8]) {
    precondition(width > 0 && height > 0, "`width` and `height` must be at least 1")
    precondition(
      pixels.count / 3 / width == height && pixels.count % (3 * width) == 0,
      "`pixels` must have three bytes for each of the image's pixels")
    self.width = width
    self.height = height
    self.pixels = pixels
  }

  /// An image of one color.
  ///
  /// - Precondition: both sides are at least 1.
  public init(width: Int, height: Int, filledWith color: Color) {
    precondition(width > 0 && height > 0, "`width` and `height` must be at least 1")
    self.width = width
    self.height = height
    pixels = [UInt8](repeating: color.red, count: width * height * 3)
    guard color.green != color.red || color.blue != color.red else { return }
    for offset in stride(from: 0, to: pixels.count, by: 3) {
      pixels[offset + 1] = color.green
      pixels[offset + 2] = color.blue
    }
  }

  /// An image of a color for each pixel, row by row.
  init(width: Int, height: Int, colors: [Color]) {
    self.init(width: width, height: height, pixels: colors.flatMap { [$0.red, $0.green, $0.blue] })
  }

  /// The color at a column and a row.
  ///
  /// - Precondition: both are inside the image.
  public subscript(x: Int, y: Int) -> Color {
    get {
      let offset = offset(x, y)
      return Color(red: pixels[offset], green: pixels[offset + 1], blue: pixels[offset + 2])
    }
    set {
      let offset = offset(x, y)
      pixels[offset] = newValue.red
      pixels[offset + 1] = newValue.green
      pixels[offset + 2] = newValue.blue
    }
  }

  /// The image without colors: each pixel's luma as in ITU-R BT.601, rounded as Pillow's mode `L` is.
  public func gray() -> Image {
    var result = self
    for offset in stride(from: 0, to: pixels.count, by: 3) {
      let weighted =
        19595 * UInt32(pixels[offset]) + 38470 * UInt32(pixels[offset + 1]) + 7471
        * UInt32(pixels[offset + 2])
      let luma = UInt8(truncatingIfNeeded: (weighted + 0x8000) >> 16)
      for channel in offset..<offset + 3 { result.pixels[channel] = luma }
    }
    return result
  }

  /// Whether two images have the same size and the same pixels.
  public static func == (a: Image, b: Image) -> Bool {
    a.width == b.width && a.height == b.height && a.pixels == b.pixels
  }

  private func offset(_ x: Int, _ y: Int) -> Int {
    precondition(
      x >= 0 && x < width && y >= 0 && y < height,
      "`x` and `y` must be inside the image, which has \(width)×\(height) pixels")
    return (y * width + x) * 3
  }

  /// Throws unless an image of this size can be made.
  static func check(width: Int, height: Int) throws(ImageError) {
    let (count, overflow) = width.multipliedReportingOverflow(by: height)
    guard width > 0, height > 0 else {
      throw ImageError(
        .invalidArgument, "an image of \(width)×\(height) pixels was asked for; each side is at least 1")
    }
    guard !overflow, count <= maximumPixelCount else {
      throw ImageError(
        .tooLarge,
        "an image of \(width)×\(height) pixels is larger than the \(maximumPixelCount) pixels allowed")
    }
  }
}

/// A color of 8-bit red, green and blue.
public struct Color: Sendable, Hashable {
  /// The amount of red, 0 to 255.
  public var red: UInt8
  /// The amount of green, 0 to 255.
  public var green: UInt8
  /// The amount of blue, 0 to 255.
  public var blue: UInt8

  /// A color of three parts.
  public init(red: UInt8, green: UInt8, blue: UInt8) {
    self.red = red
    self.green = green
    self.blue = blue
  }

  /// A gray of the given lightness.
  public init(gray: UInt8) { self.init(red: gray, green: gray, blue: gray) }
}
