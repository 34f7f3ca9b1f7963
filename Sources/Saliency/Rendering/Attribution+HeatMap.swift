public import SaliencyCore
public import SaliencyImage

extension Attribution {
  /// The map of one item of the batch, reduced over channels, for drawing.
  ///
  /// See ``reducedOverChannels()``. The attribution itself is never changed.
  ///
  /// - Parameter item: which input of the batch is meant.
  /// - Throws: `SaliencyError` where the attribution has no height and width, or the batch no such item.
  public func heatMap(item: Int = 0) throws -> HeatMap {
    // An inner layer's channels over time are a map as they are.
    let reduced =
      arrangedValues.shape.count == 3 && provenance.withRespectTo != nil
      ? arrangedValues : arrangedReduction()
    guard reduced.shape.count == 3, 0..<reduced.shape[0] ~= item else {
      throw SaliencyError(
        .invalidInput,
        "an attribution of \(values.shape.text) has no height and width, and so no heat map; draw its figure, or write it to a .npy file"
      )
    }
    let (height, width) = (reduced.shape[1], reduced.shape[2])
    let numbers = reduced.values[item * height * width..<(item + 1) * height * width]
    // Time runs to the right.
    if arrangedValues.shape.count == 3, provenance.arrangedChannelAxis == 2 {
      let start = numbers.startIndex
      let turned = (0..<width).flatMap { row in (0..<height).map { numbers[start + $0 * width + row] } }
      return try HeatMap(width: height, height: width, values: turned)
    }
    return try HeatMap(width: width, height: height, values: Array(numbers))
  }
}

extension Attribution {
  /// The maps of the channels of one item of the batch.
  func channelHeatMaps(item: Int) throws -> [HeatMap] {
    guard let axis = provenance.arrangedChannelAxis, arrangedValues.shape.count == 4,
      0..<arrangedValues.shape[0] ~= item
    else {
      throw SaliencyError(
        .invalidInput,
        "an attribution of \(arrangedValues.shape.text) has no channels of images; write it to a .npy file")
    }
    let layout = axis == 1 ? ImageLayout.channelsFirst : .channelsLast
    let image = ImageView(arrangedValues, layout: layout, item: item)!
    guard image.channels <= 64 else {
      throw SaliencyError(
        .invalidInput, "\(image.channels) channels are too many to be drawn one by one; up to 64 are")
    }
    return try (0..<image.channels).map { channel in
      try HeatMap(
        width: image.width, height: image.height,
        values: (0..<image.width * image.height).map { image[$0, channel] })
    }
  }
}

extension Image {
  /// An image of a tensor of 1 or 3 channels, scaled from its smallest to its largest number.
  ///
  /// - Parameters:
  ///   - tensor: a batch of images.
  ///   - layout: where the tensor has its channels.
  ///   - item: which item of the batch is meant.
  /// - Throws: `SaliencyError` where the tensor is no image.
  public init(
    showing tensor: Tensor, layout: ImageLayout = .channelsFirst, item: Int = 0
  ) throws(SaliencyError) {
    guard let image = ImageView(tensor, layout: layout, item: item), [1, 3].contains(image.channels)
    else {
      throw SaliencyError(
        .invalidInput,
        "an input of \(tensor.shape.text) is no image (\(layout.text)) and cannot be drawn; write it to a .npy file"
      )
    }
    let plane = image.height * image.width
    var (low, high) = (Float.infinity, -Float.infinity)
    for pixel in 0..<plane {
      for channel in 0..<image.channels {
        (low, high) = (min(low, image[pixel, channel]), max(high, image[pixel, channel]))
      }
    }
    let scale = high > low ? 255 / (high - low) : 0
    var pixels = [UInt8](repeating: 0, count: 3 * plane)
    for pixel in 0..<plane {
      for channel in 0..<3 {
        let value = (image[pixel, image.channels == 1 ? 0 : channel] - low) * scale
        pixels[3 * pixel + channel] = UInt8(min(max(value.rounded(), 0), 255))
      }
    }
    self.init(width: image.width, height: image.height, pixels: pixels)
  }
}
