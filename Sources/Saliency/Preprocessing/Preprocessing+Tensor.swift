public import SaliencyCore
public import SaliencyImage

extension Preprocessing {
  /// The part of the image that the network sees, at the network's size.
  ///
  /// - Throws: `ImageError` where the image is too small or too large to be resized.
  public func visiblePart(of image: Image) throws -> Image { try visiblePart(of: image, size: size.value) }

  /// The same part in the image's own pixels: what is cut out, before it is resized.
  ///
  /// Where nothing is cut out that is the whole image, in its own proportions. Edges lie within half a pixel of those that the network
  /// sees.
  ///
  /// - Throws: `ImageError` where the image is too large to be resized.
  public func originalPart(of image: Image) throws -> Image {
    if crop.value == .letterbox, !isOfOwnSize(image) {
      let letterbox = Letterbox(size: size.value, around: image)
      let (width, height) = letterbox.originalSize(of: image)
      return Letterbox.filled(
        image, width: width, height: height, x: (width - image.width) / 2, y: (height - image.height) / 2)
    }
    guard crop.value == .center, !isOfOwnSize(image) else { return image }
    let (height, width) = (size.value[0], size.value[1])
    let resized = try image.sizeWithShorterSide(shorterSideBeforeCrop(to: size.value))
    func range(_ cut: Int, of resized: Int, in original: Int) -> Range<Int> {
      let start = (Double(resized - cut) / 2).rounded(.toNearestOrEven)
      let scale = Double(original) / Double(resized)
      let first = min(Int((start * scale).rounded()), original - 1)
      return first..<min(max(Int(((start + Double(cut)) * scale).rounded()), first + 1), original)
    }
    let columns = range(width, of: resized.width, in: image.width)
    let rows = range(height, of: resized.height, in: image.height)
    return try image.cropped(
      x: columns.lowerBound, y: rows.lowerBound, width: columns.count, height: rows.count)
  }

  /// The length of the shorter side of which a part of this height and width is cut out; both sides cover it, whatever the settings
  /// say.
  private func shorterSideBeforeCrop(to size: [Int]) -> Int {
    max(shorterSide.value * size.min()! / self.size.value.min()!, size.max()!)
  }

  /// Whether an image has the network's size, so that nothing is cut or resized.
  private func isOfOwnSize(_ image: Image) -> Bool { [image.height, image.width] == size.value }

  /// The same part at another height and width of the same proportions.
  func visiblePart(of image: Image, size: [Int]) throws -> Image {
    let (height, width) = (size[0], size[1])
    // An image of the network's own size is seen as it is.
    guard !isOfOwnSize(image) else {
      return try image.resized(width: width, height: height, filter: filter.value)
    }
    switch crop.value {
    case .none:
      return try image.resized(width: width, height: height, filter: filter.value)
    case .center:
      return try image.resizedShorterSide(to: shorterSideBeforeCrop(to: size), filter: filter.value)
        .centerCropped(width: width, height: height)
    case .letterbox:
      let letterbox = Letterbox(size: size, around: image)
      let resized = try image.resized(width: letterbox.width, height: letterbox.height, filter: filter.value)
      return Letterbox.filled(resized, width: width, height: height, x: letterbox.x, y: letterbox.y)
    }
  }

  /// Where an image lies in the network's input.
  ///
  /// - Throws: `ImageError` where the image is too large to be resized.
  public func placement(of image: Image) throws -> ImagePlacement {
    let (height, width) = (size.value[0], size.value[1])
    guard !isOfOwnSize(image) else { return ImagePlacement(scaleX: 1, scaleY: 1, x: 0, y: 0) }
    func placement(_ resized: (width: Int, height: Int), x: Double, y: Double) -> ImagePlacement {
      ImagePlacement(
        scaleX: Double(resized.width) / Double(image.width),
        scaleY: Double(resized.height) / Double(image.height), x: x, y: y)
    }
    switch crop.value {
    case .none: return placement((width, height), x: 0, y: 0)
    case .center:
      let resized = try image.sizeWithShorterSide(shorterSideBeforeCrop(to: size.value))
      func start(_ cut: Int, _ side: Int) -> Double { (Double(side - cut) / 2).rounded(.toNearestOrEven) }
      return placement(resized, x: -start(width, resized.width), y: -start(height, resized.height))
    case .letterbox:
      let letterbox = Letterbox(size: size.value, around: image)
      return placement((letterbox.width, letterbox.height), x: Double(letterbox.x), y: Double(letterbox.y))
    }
  }

  /// The tensor of an image, in ``layout``, with a batch of 1 where ``hasBatch``; a network of one channel is given its luma.
  ///
  /// - Throws: `ImageError` where the image cannot be resized; `SaliencyError` where mean or deviation are not given
  ///   for as many channels.
  public func tensor(of image: Image) throws -> Tensor {
    try tensor(ofVisiblePart: try visiblePart(of: image))
  }

  /// Throws where mean or deviation are not given for as many channels as there are.
  func requireFittingNumbers() throws(SaliencyError) {
    for (name, values) in [("mean", mean.value), ("deviation", standardDeviation.value)]
    where values.count != 1 && values.count != channelCount {
      throw SaliencyError(
        .invalidSetting,
        "\(values.count) numbers are given as \(name) for \(channelCount) channels; give one or \(channelCount)"
      )
    }
  }

  /// The tensor of an image that is already resized and cropped.
  package func tensor(ofVisiblePart image: Image) throws(SaliencyError) -> Tensor {
    try requireFittingNumbers()
    let pixels = channelCount == 1 ? image.gray().pixels : image.pixels
    let count = image.width * image.height
    var values = [Float](repeating: 0, count: channelCount * count)
    for channel in 0..<channelCount {
      let source = channelCount == 1 || channels.value == .rgb ? channel : channelCount - 1 - channel
      let mean = mean.value[mean.value.count == 1 ? 0 : channel]
      let standardDeviation = standardDeviation.value[standardDeviation.value.count == 1 ? 0 : channel]
      let (first, step) = layout == .channelsFirst ? (channel * count, 1) : (channel, channelCount)
      for index in 0..<count {
        values[first + index * step] =
          (Float(pixels[index * 3 + source]) * scale.value - mean) / standardDeviation
      }
    }
    return Tensor(shape: shape(size: [image.height, image.width]), values: values)
  }
}
