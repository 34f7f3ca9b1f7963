internal import FileAccess

extension Image {
  /// The largest file that is read: 256 MiB.
  public static let maximumFileSize = 256 << 20

  /// Reads a PNG, JPEG or WebP file, told apart by their content.
  ///
  /// The pixels are those of Pillow's `ImageOps.exif_transpose(Image.open(path)).convert("RGB")`: the EXIF
  /// orientation is applied, alpha is dropped, palettes are resolved, color profiles and gamma are ignored,
  /// four-component JPEGs are converted from inverted CMYK. Of 16-bit values the high byte is kept, of gray
  /// ones too (which Pillow clips).
  ///
  /// - Throws: `ImageError`, naming the file, when it is missing, of another format, damaged or cut off, or
  ///   larger than ``maximumFileSize`` or ``maximumPixelCount``; the size is checked before anything is
  ///   decoded.
  public init(contentsOf path: String) throws(ImageError) {
    do throws(ImageError) {
      self = try Image(decoding: try Self.bytes(ofFileAt: path))
    } catch {
      var error = error
      error.path = path
      throw error
    }
  }

  private static func bytes(ofFileAt path: String) throws(ImageError) -> [UInt8] {
    do throws(RegularFile.Failure) {
      return try RegularFile.contents(of: path, limit: maximumFileSize)
    } catch {
      throw ImageError(error.isTooLarge ? .tooLarge : .unreadable, "the file \(error)")
    }
  }

  /// Decodes the bytes of a PNG, JPEG or WebP file; see ``init(contentsOf:)``.
  public init(decoding bytes: [UInt8]) throws(ImageError) {
    let format = try ImageFormat(detecting: bytes)
    guard bytes.count <= Image.maximumFileSize else {
      throw ImageError(
        .tooLarge,
        "the file has \(bytes.count) bytes; image files of up to \(Image.maximumFileSize) bytes are read")
    }
    let header = try Codec.header(of: bytes, format)
    guard header.width > 0, header.height > 0,
      header.height <= Image.maximumPixelCount / header.width
    else {
      throw ImageError(
        .tooLarge,
        "the image has \(header.width)×\(header.height) pixels; up to \(Image.maximumPixelCount) are read")
    }
    let upright = Image(
      width: header.width, height: header.height, pixels: try Codec.decode(bytes, format, header))
    self = upright.turned(by: ExifOrientation(in: bytes, format))
    isFromGrayFile = header.isGray
  }

  /// The image as the bytes of a file.
  ///
  /// PNG and WebP keep every pixel; JPEG is written with colors at full resolution.
  ///
  /// - Parameters:
  ///   - format: the format.
  ///   - quality: the quality of JPEG, from 1 to 100.
  ///   - xmp: a packet of XMP that the file carries.
  /// - Throws: `ImageError` when the quality is out of its range or the format cannot hold an image that large (65,500 pixels a side for JPEG,
  ///   16,383 for WebP) or, of JPEG, so much XMP (64 KiB).
  public func encoded(
    as format: ImageFormat, quality: Int = 95, xmp: String? = nil
  ) throws(ImageError) -> [UInt8] {
    guard 1...100 ~= quality else {
      throw ImageError(.invalidArgument, "the quality \(quality) is not between 1 and 100")
    }
    return try Codec.encode(self, format, quality: quality, xmp: xmp)
  }

  /// The packet of XMP that the bytes of a PNG, JPEG or WebP file carry; nil where they carry none, or are no such file.
  public static func xmp(in bytes: [UInt8]) -> String? {
    guard let format = try? ImageFormat(detecting: bytes) else { return nil }
    let metadata =
      switch format {
      case .png: ImageMetadata(png: bytes)
      case .jpeg: ImageMetadata(jpeg: bytes)
      case .webp: ImageMetadata(webp: bytes)
      }
    // That of PNG has a language and a translated keyword in front, both empty and ended by a zero.
    return metadata.xmp.map { String(decoding: $0.drop { $0 == 0 }, as: UTF8.self) }
  }
}

/// Writes files of images and animations.
enum ImageFile {
  /// Writes what `encode` gives for the format that the ending of `path` stands for, whole or not at all.
  static func write<Format>(
    to path: String, kind: String, endings: String, format: (String) -> Format?,
    _ encode: (Format) throws(ImageError) -> [UInt8]
  ) throws(ImageError) {
    do throws(ImageError) {
      let ending = path.split(separator: ".", omittingEmptySubsequences: false).last ?? ""
      guard path.contains("."), let format = format(String(ending)) else {
        throw ImageError(.unsupportedFormat, "\(kind)'s name has to end in \(endings)")
      }
      let bytes = try encode(format)
      do throws(AtomicFile.Failure) {
        try AtomicFile.write(bytes, to: path)
      } catch {
        throw ImageError(.unwritable, "the file cannot be written: \(error)")
      }
    } catch {
      var error = error
      error.path = path
      throw error
    }
  }
}
