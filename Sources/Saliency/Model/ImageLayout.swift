internal import SaliencyCore

/// Where a tensor of images has its channels.
public enum ImageLayout: String, Sendable, CaseIterable {
  /// batch×channels×height×width, as PyTorch has it.
  case channelsFirst
  /// batch×height×width×channels, as TensorFlow and Keras have it.
  case channelsLast

  /// The layout that fits a tensor of images with 1 or 3 channels; nil where both fit, or none does.
  ///
  /// - Parameter dimensions: the extents, nil where they are open.
  init?(of dimensions: [Int?]) {
    func isChannels(_ axis: Int) -> Bool {
      dimensions.count == 4 && dimensions[axis].map { [1, 3].contains($0) } ?? false
    }
    switch (isChannels(1), isChannels(3)) {
    case (true, false): self = .channelsFirst
    case (false, true): self = .channelsLast
    default: return nil
    }
  }

  /// The layout that fits a tensor of images with 1 or 3 channels; `layout` where both fit, or none does.
  init(of dimensions: [Int?], default layout: ImageLayout) { self = Self(of: dimensions) ?? layout }

  /// The axis of the channels among batch, channels, height and width.
  public var channelAxis: Int { self == .channelsFirst ? 1 : 3 }

  /// The axes of height and width.
  public var spatialAxes: [Int] { self == .channelsFirst ? [2, 3] : [1, 2] }

  /// The extents of a batch of images.
  func shape(batch: Int, channels: Int, size: [Int]) -> Shape {
    self == .channelsFirst ? [batch, channels] + size : [batch] + size + [channels]
  }

  /// What such a tensor looks like, for messages.
  var text: String {
    self == .channelsFirst ? "batch×1|3×height×width" : "batch×height×width×1|3"
  }
}

/// An image's numbers in a tensor of batch, channels, height and width, in whichever order.
struct ImageView {
  let channels: Int
  let height: Int
  let width: Int
  private let values: [Float]
  private let layout: ImageLayout
  private let start: Int

  /// The image at `item` of a batch; nil where the tensor has no four axes or no such item.
  init?(_ tensor: Tensor, layout: ImageLayout, item: Int) {
    let shape = tensor.shape
    guard shape.count == 4, 0..<shape[0] ~= item else { return nil }
    channels = shape[layout.channelAxis]
    height = shape[layout.spatialAxes[0]]
    width = shape[layout.spatialAxes[1]]
    values = tensor.values
    self.layout = layout
    start = item * channels * height * width
  }

  /// The number at a pixel, counted row by row, and a channel.
  subscript(pixel: Int, channel: Int) -> Float {
    values[start + (layout == .channelsFirst ? channel * height * width + pixel : pixel * channels + channel)]
  }
}
