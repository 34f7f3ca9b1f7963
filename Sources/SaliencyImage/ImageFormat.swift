/// A file format for images.
public enum ImageFormat: String, Sendable, CaseIterable {
  /// Portable Network Graphics, lossless.
  case png = "PNG"
  /// JPEG; written at quality 95 with colors at full resolution.
  case jpeg = "JPEG"
  /// WebP; written lossless.
  case webp = "WebP"

  /// The format that a file name's ending (`png`, `jpg`, `jpeg`, `webp`, in any case) stands for, or `nil`.
  public init?(pathExtension: String) {
    switch pathExtension.lowercased() {
    case "png": self = .png
    case "jpg", "jpeg": self = .jpeg
    case "webp": self = .webp
    default: return nil
    }
  }

  /// The format of a file that starts with these bytes, whatever its name says.
  init(detecting bytes: [UInt8]) throws(ImageError) {
    if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
      self = .png
    } else if bytes.starts(with: [0xFF, 0xD8, 0xFF]) {
      self = .jpeg
    } else if bytes.starts(with: "RIFF".utf8), bytes.dropFirst(8).starts(with: "WEBP".utf8) {
      self = .webp
    } else {
      throw ImageError(
        .unsupportedFormat, "\(Self.guess(bytes)); PNG, JPEG and WebP images can be read")
    }
  }

  /// What a file that is none of the formats probably is.
  private static func guess(_ bytes: [UInt8]) -> String {
    if bytes.isEmpty { return "the file is empty" }
    let known: [(prefix: [UInt8], name: String)] = [
      (Array("GIF8".utf8), "a GIF"), (Array("BM".utf8), "a BMP"), ([0x49, 0x49, 0x2A, 0x00], "a TIFF"),
      ([0x4D, 0x4D, 0x00, 0x2A], "a TIFF"), (Array("%PDF".utf8), "a PDF"),
      ([0x93] + Array("NUMPY".utf8), "a NumPy array"),
    ]
    if let match = known.first(where: { bytes.starts(with: $0.prefix) }) {
      return "the file is \(match.name)"
    }
    if bytes.dropFirst(4).starts(with: "ftyp".utf8) { return "the file is an HEIF, AVIF or MP4 file" }
    let start = bytes.prefix(256)
    if start.allSatisfy({ $0 >= 0x20 || (0x09...0x0D).contains($0) }),
      String(validating: start, as: UTF8.self) != nil
    {
      return "the file is text"
    }
    return "the file is of an unknown format"
  }
}
