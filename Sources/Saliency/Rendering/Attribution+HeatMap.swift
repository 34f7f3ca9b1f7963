public import SaliencyCore
public import SaliencyImage

extension Attribution {
  /// The map of one item of the batch, reduced over channels, for drawing.
  ///
  /// Of unsigned values the largest over the channels is taken, as in the saliency paper; of signed ones the one with the
  /// largest magnitude keeps its sign. The attribution itself is never changed.
  ///
  /// - Parameter item: which input of the batch is meant.
  /// - Throws: `SaliencyError` where the input has no height and width, or the batch no such item.
  public func heatMap(item: Int = 0) throws -> HeatMap {
    guard let picture = PictureView(values, layout: provenance.layout, item: item) else {
      throw SaliencyError(
        .invalidInput,
        "an attribution of \(values.shape.text) is no picture and cannot be drawn; write it to a .npy file")
    }
    let isSigned = provenance.isSigned
    let reduced = (0..<picture.height * picture.width).map { pixel in
      var best: Float?
      for channel in 0..<picture.channels {
        let value = picture[pixel, channel]
        guard let known = best else {
          best = value
          continue
        }
        if isSigned ? abs(value) > abs(known) : value > known { best = value }
      }
      return best ?? 0
    }
    return try HeatMap(width: picture.width, height: picture.height, values: reduced)
  }
}

extension Image {
  /// A picture of a tensor of 1 or 3 channels, scaled from its smallest to its largest number.
  ///
  /// - Parameters:
  ///   - tensor: a batch of pictures.
  ///   - layout: where the tensor has its channels.
  ///   - item: which item of the batch is meant.
  /// - Throws: `SaliencyError` where the tensor is no picture.
  public init(
    picturing tensor: Tensor, layout: PictureLayout = .channelsFirst, item: Int = 0
  ) throws(SaliencyError) {
    guard let picture = PictureView(tensor, layout: layout, item: item), [1, 3].contains(picture.channels)
    else {
      throw SaliencyError(
        .invalidInput,
        "an input of \(tensor.shape.text) is no picture (\(layout.text)) and cannot be drawn; write it to a .npy file"
      )
    }
    let plane = picture.height * picture.width
    var (low, high) = (Float.infinity, -Float.infinity)
    for pixel in 0..<plane {
      for channel in 0..<picture.channels {
        (low, high) = (min(low, picture[pixel, channel]), max(high, picture[pixel, channel]))
      }
    }
    let scale = high > low ? 255 / (high - low) : 0
    var pixels = [UInt8](repeating: 0, count: 3 * plane)
    for pixel in 0..<plane {
      for channel in 0..<3 {
        let value = (picture[pixel, picture.channels == 1 ? 0 : channel] - low) * scale
        pixels[3 * pixel + channel] = UInt8(min(max(value.rounded(), 0), 255))
      }
    }
    self.init(width: picture.width, height: picture.height, pixels: pixels)
  }
}
