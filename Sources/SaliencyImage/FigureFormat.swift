/// A file format that figures and images are written in.
public enum FigureFormat: Sendable, Hashable {
  /// Pixels.
  case pixels(ImageFormat)
  /// Scalable Vector Graphics: text stays text and lines stay lines, images are inside as PNG.
  case svg
  /// Portable Document Format, one page: as ``svg``, with the font inside. A pixel is three quarters of a point.
  case pdf

  /// The format that a file name's ending (`png`, `jpg`, `jpeg`, `webp`, `svg`, `pdf`, in any case) stands for, or `nil`.
  public init?(pathExtension: String) {
    switch pathExtension.lowercased() {
    case "svg": self = .svg
    case "pdf": self = .pdf
    case let ending:
      guard let format = ImageFormat(pathExtension: ending) else { return nil }
      self = .pixels(format)
    }
  }

  /// The name, as in "PNG" or "SVG".
  public var name: String {
    switch self {
    case .pixels(let format): format.rawValue
    case .svg: "SVG"
    case .pdf: "PDF"
    }
  }
}

/// What can be written into files of images: an ``Image``, or a ``Figure`` with its texts.
public protocol WritableImage: Sendable {
  /// The image as the bytes of a file.
  ///
  /// - Parameters:
  ///   - format: the format.
  ///   - quality: how good a JPEG is, 1 to 100.
  ///   - xmp: a packet of XMP that the file carries, or nil.
  /// - Throws: `ImageError` when the format cannot hold the image, or a JPEG so much XMP.
  func encoded(as format: FigureFormat, quality: Int, xmp: String?) throws(ImageError) -> [UInt8]
}

extension WritableImage {
  /// The image as the bytes of a file, a JPEG at quality 95.
  ///
  /// - Throws: `ImageError` when the format cannot hold the image.
  public func encoded(as format: FigureFormat, xmp: String? = nil) throws(ImageError) -> [UInt8] {
    try encoded(as: format, quality: 95, xmp: xmp)
  }

  /// Writes the image to a file, whole or not at all, in the format that the ending of `path` stands for: `.png`,
  /// `.jpg`, `.jpeg`, `.webp`, `.svg` or `.pdf`, in any case.
  ///
  /// - Throws: `ImageError`, naming the file, when the ending stands for none of these, the format cannot hold the
  ///   image (see ``encoded(as:xmp:)``), or the file cannot be written.
  public func write(to path: String, quality: Int = 95) throws(ImageError) {
    try ImageFile.write(
      to: path, kind: "an image", endings: ".png, .jpg, .webp, .svg or .pdf",
      format: FigureFormat.init(pathExtension:)
    ) { format throws(ImageError) in
      try encoded(as: format, quality: quality, xmp: nil)
    }
  }
}

extension Image: WritableImage {
  /// The image as the bytes of a file; SVG and PDF hold all its pixels on a page of its size.
  ///
  /// - Throws: `ImageError` when the format cannot hold the image; see ``encoded(as:quality:xmp:)-(ImageFormat,_,_)``.
  public func encoded(
    as format: FigureFormat, quality: Int, xmp: String?
  ) throws(ImageError) -> [UInt8] {
    switch format {
    case .pixels(let format): try encoded(as: format, quality: quality, xmp: xmp)
    case .svg: try SVGWriter(Page(self), xmp: xmp).bytes()
    case .pdf: try PDFWriter(Page(self), xmp: xmp).bytes()
    }
  }
}

extension Figure: WritableImage {
  /// The figure as the bytes of a file.
  ///
  /// In SVG and PDF images are as large on the page as in pixels without ``keepsImageSize``, and have all their pixels.
  ///
  /// - Throws: `ImageError` where there is no panel, the numbers of titles do not fit, or the figure is too large for the format.
  public func encoded(
    as format: FigureFormat, quality: Int, xmp: String?
  ) throws(ImageError) -> [UInt8] {
    switch format {
    case .pixels(let format): try rendered().encoded(as: format, quality: quality, xmp: xmp)
    case .svg: try SVGWriter(page(keepsImageSize: false), xmp: xmp).bytes()
    case .pdf: try PDFWriter(page(keepsImageSize: false), xmp: xmp).bytes()
    }
  }
}
