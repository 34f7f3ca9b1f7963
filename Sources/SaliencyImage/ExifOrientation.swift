/// How a camera was held: what has to be done to an image's pixels to see it upright.
///
/// The raw values are those of EXIF's tag 0x0112.
enum ExifOrientation: Int {
  case upright = 1
  case mirrored
  case upsideDown
  case mirroredUpsideDown
  case transposed
  case turnedLeft
  case transposedUpsideDown
  case turnedRight

  /// The orientation that the metadata of an image file give: of EXIF, else of XMP, else upright.
  ///
  /// Metadata are a hint. Where they are damaged the image counts as upright.
  init(in bytes: [UInt8], _ format: ImageFormat) {
    let metadata =
      switch format {
      case .png: ImageMetadata(png: bytes)
      case .jpeg: ImageMetadata(jpeg: bytes)
      case .webp: ImageMetadata(webp: bytes)
      }
    self = metadata.exif.flatMap(Self.tag(inExif:)) ?? metadata.xmp.flatMap(Self.property(inXMP:)) ?? .upright
  }

  /// The tag in the first directory of a TIFF structure.
  private static func tag(inExif exif: ArraySlice<UInt8>) -> Self? {
    let bytes = Array(exif.starts(with: "Exif\0\0".utf8) ? exif.dropFirst(6) : exif)
    let isBigEndian = bytes.starts(with: "MM".utf8)
    guard isBigEndian || bytes.starts(with: "II".utf8) else { return nil }
    func integer(at offset: Int, size: Int) -> Int? {
      guard offset >= 0, offset <= bytes.count - size else { return nil }
      let field = bytes[offset..<offset + size]
      return (isBigEndian ? Array(field) : field.reversed()).reduce(0) { $0 << 8 | Int($1) }
    }
    guard integer(at: 2, size: 2) == 42, let directory = integer(at: 4, size: 4),
      let count = integer(at: directory, size: 2)
    else { return nil }
    for entry in stride(from: directory + 2, to: directory + 2 + 12 * count, by: 12) {
      guard let tag = integer(at: entry, size: 2), let type = integer(at: entry + 2, size: 2) else {
        return nil
      }
      guard tag == 0x0112 else { continue }
      let sizes = [1: 1, 3: 2, 4: 4]
      return integer(at: entry + 8, size: sizes[type] ?? 2).flatMap(Self.init(rawValue:))
    }
    return nil
  }

  /// The property `tiff:Orientation`, written as an attribute or as an element.
  private static func property(inXMP xmp: ArraySlice<UInt8>) -> Self? {
    let name = Array("tiff:Orientation".utf8)
    var rest = xmp
    while let start = rest.firstIndex(of: name[0]) {
      rest = rest[start...]
      if rest.starts(with: name) {
        let value = rest.dropFirst(name.count)
        let digit = value.starts(with: "=\"".utf8) ? value.dropFirst(2) : value.dropFirst()
        if value.starts(with: "=\"".utf8) || value.starts(with: ">".utf8), let first = digit.first,
          let orientation = Self(rawValue: Int(first) - 0x30)
        {
          return orientation
        }
      }
      rest = rest.dropFirst()
    }
    return nil
  }
}

extension Image {
  /// The image turned and mirrored so that one taken in the given orientation stands upright.
  func turned(by orientation: ExifOrientation) -> Image {
    let (w, h) = (width, height)
    // Pixel (x, y) of the result is the source's pixel `start + x * across + y * down`.
    let (start, across, down, swapsSides): (Int, Int, Int, Bool) =
      switch orientation {
      case .upright: (0, 1, w, false)
      case .mirrored: (w - 1, -1, w, false)
      case .upsideDown: (w * h - 1, -1, -w, false)
      case .mirroredUpsideDown: (w * (h - 1), 1, -w, false)
      case .transposed: (0, w, 1, true)
      case .turnedLeft: (w * (h - 1), -w, 1, true)
      case .transposedUpsideDown: (w * h - 1, -w, -1, true)
      case .turnedRight: (w - 1, w, -1, true)
      }
    if orientation == .upright { return self }
    var result: [UInt8] = []
    result.reserveCapacity(pixels.count)
    for y in 0..<(swapsSides ? w : h) {
      for x in 0..<(swapsSides ? h : w) {
        let source = 3 * (start + x * across + y * down)
        result.append(pixels[source])
        result.append(pixels[source + 1])
        result.append(pixels[source + 2])
      }
    }
    return Image(width: swapsSides ? h : w, height: swapsSides ? w : h, pixels: result)
  }
}
