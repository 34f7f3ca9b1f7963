import CImageCodecs

/// The image libraries as functions over arrays: the only place that handles their pointers.
enum Codec {
  /// What a file's header says of its image.
  struct Header {
    let width: Int
    let height: Int
    let isGray: Bool
  }

  static func header(of bytes: [UInt8], _ format: ImageFormat) throws(ImageError) -> Header {
    let read =
      switch format {
      case .png: codec_png_header
      case .jpeg: codec_jpeg_header
      case .webp: codec_webp_header
      }
    var header = CodecHeader()
    var message = CodecMessage()
    guard bytes.withUnsafeBufferPointer({ read($0.baseAddress!, $0.count, &header, &message) }) == 1 else {
      throw ImageError(.malformed, "the \(format.rawValue) image cannot be read: \(text(of: message))")
    }
    return Header(width: Int(header.width), height: Int(header.height), isGray: header.is_gray != 0)
  }

  /// Decodes into rows of red, green and blue; `header` is what ``header(of:_:)`` gave for the same bytes.
  static func decode(_ bytes: [UInt8], _ format: ImageFormat, _ header: Header) throws(ImageError) -> [UInt8]
  {
    let decode =
      switch format {
      case .png: codec_png_decode
      case .jpeg: codec_jpeg_decode
      case .webp: codec_webp_decode
      }
    let size = header.width * header.height * 3
    var message = CodecMessage()
    var pixels = [UInt8](repeating: 0, count: size)
    let succeeded = bytes.withUnsafeBufferPointer { source in
      pixels.withUnsafeMutableBufferPointer { target in
        decode(source.baseAddress!, source.count, target.baseAddress!, size, &message) == 1
      }
    }
    guard succeeded else {
      throw ImageError(
        .malformed, "the \(format.rawValue) image is damaged or cut off: \(text(of: message))")
    }
    return pixels
  }

  static func encode(
    _ image: Image, _ format: ImageFormat, quality: Int, xmp: String? = nil
  ) throws(ImageError) -> [UInt8] {
    guard let width = UInt32(exactly: image.width), let height = UInt32(exactly: image.height) else {
      throw ImageError(.encodingFailed, "the image is too wide or too high for a \(format.rawValue) file")
    }
    var buffer = CodecBuffer()
    var message = CodecMessage()
    defer { codec_free(&buffer) }
    let packet = xmp.map { Array($0.utf8CString) } ?? []
    let succeeded = image.pixels.withUnsafeBufferPointer { source in
      packet.withUnsafeBufferPointer { packet in
        let xmp = packet.isEmpty ? nil : packet.baseAddress
        return switch format {
        case .png: codec_png_encode(source.baseAddress!, width, height, xmp, &buffer, &message)
        case .jpeg:
          codec_jpeg_encode(source.baseAddress!, width, height, Int32(quality), xmp, &buffer, &message)
        case .webp: codec_webp_encode(source.baseAddress!, width, height, xmp, &buffer, &message)
        }
      }
    }
    guard succeeded == 1 else {
      throw ImageError(
        .encodingFailed,
        "the image of \(image.width)×\(image.height) pixels cannot be written as \(format.rawValue): "
          + text(of: message))
    }
    return Array(UnsafeBufferPointer(start: buffer.bytes, count: buffer.count))
  }

  /// The bytes of an animated WebP file of at least one frame, lossless; the durations are in milliseconds.
  static func encodeWebP(
    _ frames: [(image: Image, milliseconds: Int32)], loopCount: Int32
  ) throws(ImageError) -> [UInt8] {
    var buffer = CodecBuffer()
    var message = CodecMessage()
    defer { codec_free(&buffer) }
    let (width, height) = (frames[0].image.width, frames[0].image.height)
    guard
      let animation = codec_webp_animation_begin(
        UInt32(clamping: width), UInt32(clamping: height), loopCount, &message)
    else { throw animationFailure(width, height, message) }
    defer { codec_webp_animation_free(animation) }
    for (image, milliseconds) in frames {
      let isAdded = image.pixels.withUnsafeBufferPointer {
        codec_webp_animation_add(animation, $0.baseAddress!, milliseconds, &message)
      }
      guard isAdded == 1 else { throw animationFailure(width, height, message) }
    }
    guard codec_webp_animation_finish(animation, &buffer, &message) == 1 else {
      throw animationFailure(width, height, message)
    }
    return Array(UnsafeBufferPointer(start: buffer.bytes, count: buffer.count))
  }

  private static func animationFailure(_ width: Int, _ height: Int, _ message: CodecMessage) -> ImageError {
    ImageError(
      .encodingFailed,
      "the animation of \(width)×\(height) pixels cannot be written as WebP: \(text(of: message))")
  }

  private static func text(of message: CodecMessage) -> String {
    withUnsafeBytes(of: message.text) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
  }
}
