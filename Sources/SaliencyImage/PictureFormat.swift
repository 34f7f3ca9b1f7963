/// A file format that figures and pictures are written in.
public enum PictureFormat: Sendable, Hashable {
  /// Pixels.
  case pixels(ImageFormat)
  /// Scalable Vector Graphics: text stays text and lines stay lines, pictures are inside as PNG.
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

/// What can be written into files of pictures: an ``Image``, or a ``Figure`` with its texts.
public protocol WritablePicture: Sendable {
  /// The picture as the bytes of a file.
  ///
  /// - Parameters:
  ///   - format: the format.
  ///   - quality: how good a JPEG is, 1 to 100.
  ///   - xmp: a packet of XMP that the file carries, or nil.
  /// - Throws: `ImageError` when the format cannot hold the picture, or a JPEG so much XMP.
  func encoded(as format: PictureFormat, quality: Int, xmp: String?) throws(ImageError) -> [UInt8]
}

extension WritablePicture {
  /// The picture as the bytes of a file, a JPEG at quality 95.
  ///
  /// - Throws: `ImageError` when the format cannot hold the picture.
  public func encoded(as format: PictureFormat, xmp: String? = nil) throws(ImageError) -> [UInt8] {
    try encoded(as: format, quality: 95, xmp: xmp)
  }

  /// Writes the picture to a file, whole or not at all, in the format that the ending of `path` stands for: `.png`,
  /// `.jpg`, `.jpeg`, `.webp`, `.svg` or `.pdf`, in any case.
  ///
  /// - Throws: `ImageError`, naming the file, when the ending stands for none of these, the format cannot hold the
  ///   picture (see ``encoded(as:xmp:)``), or the file cannot be written.
  public func write(to path: String, quality: Int = 95) throws(ImageError) {
    try PictureFile.write(
      to: path, kind: "a picture", endings: ".png, .jpg, .webp, .svg or .pdf",
      format: PictureFormat.init(pathExtension:)
    ) { format throws(ImageError) in
      try encoded(as: format, quality: quality, xmp: nil)
    }
  }
}

extension Image: WritablePicture {
  /// The picture as the bytes of a file; SVG and PDF hold all its pixels on a page of its size.
  ///
  /// - Throws: `ImageError` when the format cannot hold the picture; see ``encoded(as:quality:xmp:)-(ImageFormat,_,_)``.
  public func encoded(
    as format: PictureFormat, quality: Int, xmp: String?
  ) throws(ImageError) -> [UInt8] {
    switch format {
    case .pixels(let format): try encoded(as: format, quality: quality, xmp: xmp)
    case .svg: try SVGWriter(Page(self), xmp: xmp).bytes()
    case .pdf: try PDFWriter(Page(self), xmp: xmp).bytes()
    }
  }
}

extension Figure: WritablePicture {
  /// The figure as the bytes of a file.
  ///
  /// In SVG and PDF pictures are as large on the page as in pixels without ``keepsPictureSize``, and have all their pixels.
  ///
  /// - Throws: `ImageError` where there is no panel, the numbers of titles do not fit, or the figure is too large for the format.
  public func encoded(
    as format: PictureFormat, quality: Int, xmp: String?
  ) throws(ImageError) -> [UInt8] {
    switch format {
    case .pixels(let format): try rendered().encoded(as: format, quality: quality, xmp: xmp)
    case .svg: try SVGWriter(page(keepsPictureSize: false), xmp: xmp).bytes()
    case .pdf: try PDFWriter(page(keepsPictureSize: false), xmp: xmp).bytes()
    }
  }
}
