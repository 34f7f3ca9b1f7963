/// Images of one size that are shown one after the other.
public struct Animation: Sendable, Equatable {
  /// An image and how long it is shown.
  public struct Frame: Sendable, Equatable {
    /// The image.
    public let image: Image
    /// How long it is shown, from 1 to 65,535 milliseconds; fractions of a millisecond are rounded.
    public let duration: Duration

    /// A frame of an image and its duration.
    public init(image: Image, duration: Duration) {
      self.image = image
      self.duration = duration
    }
  }

  /// The frames, at least one, all of the same size.
  public let frames: [Frame]
  /// How often the frames are played, 0 for without end.
  public let loopCount: Int

  private let durations: [Int]

  /// An animation of frames.
  ///
  /// - Throws: `ImageError` where there is no frame, the frames have different sizes, a duration is not between 1 and
  ///   65,535 milliseconds, or `loopCount` is not between 0 and 65,535.
  public init(frames: [Frame], loopCount: Int = 0) throws(ImageError) {
    guard let first = frames.first?.image else {
      throw ImageError(.invalidArgument, "the animation has no frames; it needs at least one")
    }
    guard (0...65_535).contains(loopCount) else {
      throw ImageError(
        .invalidArgument,
        "an animation cannot be played \(loopCount) times; 0 (without end) to 65535 are possible")
    }
    var durations: [Int] = []
    for (index, frame) in frames.enumerated() {
      guard frame.image.width == first.width, frame.image.height == first.height else {
        throw ImageError(
          .invalidArgument,
          "frame \(index) of the animation has \(frame.image.width)×\(frame.image.height) pixels, but frame 0 has "
            + "\(first.width)×\(first.height); all need the same size")
      }
      let milliseconds = frame.duration.milliseconds
      guard (1...65_535).contains(milliseconds) else {
        throw ImageError(
          .invalidArgument,
          "frame \(index) of the animation is shown for \(frame.duration); 1 to 65535 milliseconds are possible"
        )
      }
      durations.append(milliseconds)
    }
    self.frames = frames
    self.loopCount = loopCount
    self.durations = durations
  }

  /// An animation of images that are shown equally long.
  ///
  /// - Throws: `ImageError` as ``init(frames:loopCount:)`` does.
  public init(_ images: [Image], frameDuration: Duration, loopCount: Int = 0) throws(ImageError) {
    try self.init(
      frames: images.map { Frame(image: $0, duration: frameDuration) }, loopCount: loopCount)
  }

  /// The animation as the bytes of a file: animated PNG or animated WebP, both of which keep every pixel.
  ///
  /// A single frame gives a plain image. In WebP, frames that equal the one before become part of it, with their durations
  /// added.
  ///
  /// - Throws: `ImageError` for JPEG, which holds no animations, and where the format cannot hold images that large
  ///   (16,383 pixels a side for WebP) or an animation that long (24 days for WebP).
  public func encoded(as format: ImageFormat) throws(ImageError) -> [UInt8] {
    guard format != .jpeg else {
      throw ImageError(.unsupportedFormat, "JPEG holds no animations; they can be written as PNG and WebP")
    }
    if frames.count == 1 { return try frames[0].image.encoded(as: format) }
    if format == .png {
      return try AnimatedPNG.encode(frames.map(\.image), durations: durations, loopCount: loopCount)
    }
    guard durations.reduce(0, +) <= Int(Int32.max) else {
      throw ImageError(.encodingFailed, "the animation is longer than the 24 days that a WebP file can hold")
    }
    return try Codec.encodeWebP(
      zip(frames, durations).map { ($0.image, Int32($1)) }, loopCount: Int32(loopCount))
  }

  /// Writes the animation to a file, whole or not at all, in the format that the ending of `path` stands for: `.png` or
  /// `.webp`, in any case.
  ///
  /// - Throws: `ImageError`, naming the file, as ``encoded(as:)`` does, and when the file cannot be written.
  public func write(to path: String) throws(ImageError) {
    try ImageFile.write(
      to: path, kind: "an animation", endings: ".png or .webp", format: ImageFormat.init(pathExtension:),
      encoded(as:))
  }
}

extension Duration {
  /// Whole milliseconds, rounded, and −1 for what is far outside of what a frame can have.
  fileprivate var milliseconds: Int {
    let (seconds, attoseconds) = components
    guard (0...65).contains(seconds), attoseconds >= 0 else { return -1 }
    return Int(seconds) * 1000 + Int((attoseconds + 500_000_000_000_000) / 1_000_000_000_000_000)
  }
}
