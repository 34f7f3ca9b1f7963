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
    let shape = values.shape
    guard shape.count == 4, 0..<shape[0] ~= item else {
      throw SaliencyError(
        .invalidInput,
        "an attribution of \(shape.text) is no picture and cannot be drawn; write it to a .npy file")
    }
    let (channels, height, width) = (shape[1], shape[2], shape[3])
    let all = values.values
    let plane = height * width
    let isSigned = provenance.isSigned
    let reduced = (0..<plane).map { pixel in
      var best: Float?
      for channel in 0..<channels {
        let value = all[(item * channels + channel) * plane + pixel]
        guard let known = best else {
          best = value
          continue
        }
        if isSigned ? abs(value) > abs(known) : value > known { best = value }
      }
      return best ?? 0
    }
    return try HeatMap(width: width, height: height, values: reduced)
  }
}

extension Image {
  /// A picture of a tensor of 1 or 3 channels, scaled from its smallest to its largest number.
  ///
  /// - Parameters:
  ///   - tensor: batch×1×height×width or batch×3×height×width.
  ///   - item: which item of the batch is meant.
  /// - Throws: `SaliencyError` where the tensor is no picture.
  public init(picturing tensor: Tensor, item: Int = 0) throws(SaliencyError) {
    let shape = tensor.shape
    guard shape.count == 4, [1, 3].contains(shape[1]), 0..<shape[0] ~= item else {
      throw SaliencyError(
        .invalidInput,
        "an input of \(shape.text) is no picture (batch×1|3×height×width) and cannot be drawn; write it to a .npy file"
      )
    }
    let (channels, plane) = (shape[1], shape[2] * shape[3])
    let values = Array(tensor.values[item * channels * plane..<(item + 1) * channels * plane])
    let (low, high) = (values.min() ?? 0, values.max() ?? 0)
    let scale = high > low ? 255 / (high - low) : 0
    var pixels = [UInt8](repeating: 0, count: 3 * plane)
    for pixel in 0..<plane {
      for channel in 0..<3 {
        let value = (values[(channels == 1 ? 0 : channel) * plane + pixel] - low) * scale
        pixels[3 * pixel + channel] = UInt8(min(max(value.rounded(), 0), 255))
      }
    }
    self.init(width: shape[3], height: shape[2], pixels: pixels)
  }
}
