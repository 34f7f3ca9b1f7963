internal import SaliencyCore

/// Where a tensor of pictures has its channels.
public enum PictureLayout: String, Sendable, CaseIterable {
  /// batch×channels×height×width, as PyTorch has it.
  case channelsFirst
  /// batch×height×width×channels, as TensorFlow and Keras have it.
  case channelsLast

  /// The layout that fits a tensor of pictures with 1 or 3 channels; nil where both fit, or none does.
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

  /// The layout that fits a tensor of pictures with 1 or 3 channels; `usual` where both fit, or none does.
  init(of dimensions: [Int?], usual: PictureLayout) { self = Self(of: dimensions) ?? usual }

  /// The axis of the channels among batch, channels, height and width.
  public var channelAxis: Int { self == .channelsFirst ? 1 : 3 }

  /// The axes of height and width.
  public var spatialAxes: [Int] { self == .channelsFirst ? [2, 3] : [1, 2] }

  /// The extents of a batch of pictures.
  func shape(batch: Int, channels: Int, size: [Int]) -> Shape {
    self == .channelsFirst ? [batch, channels] + size : [batch] + size + [channels]
  }

  /// What such a tensor looks like, for messages.
  var text: String {
    self == .channelsFirst ? "batch×1|3×height×width" : "batch×height×width×1|3"
  }
}

/// Where a tensor of pictures has its axes, with or without a batch.
struct PictureAxes {
  let layout: PictureLayout
  let hasBatch: Bool

  /// The number of axes.
  var count: Int { hasBatch ? 4 : 3 }
  /// The axis of the channels.
  var channels: Int { hasBatch ? layout.channelAxis : layout.channelAxis - 1 }
  /// The axes of height and width.
  var spatial: [Int] { hasBatch ? layout.spatialAxes : layout.spatialAxes.map { $0 - 1 } }
}

extension Model {
  /// Where the explained input has its axes, if it can be made of pictures: four of them, or three where it was said or windows prove that it is one
  /// picture without a batch; nil otherwise, or where the file does not say how many axes there are.
  var pictureAxes: PictureAxes? {
    guard let input = try? explainedInput(), let dimensions = input.dimensions else { return nil }
    if dimensions.count == 4 { return PictureAxes(layout: pictureLayout, hasBatch: true) }
    guard dimensions.count == 3, joint == nil else { return nil }
    if let said = (try? saidRoles())?[input.name]?.roles {
      switch said.map({ $0 == .units ? "C" : $0.isPlace ? "P" : "-" }).joined() {
      case "CPP": return PictureAxes(layout: .channelsFirst, hasBatch: false)
      case "PPC": return PictureAxes(layout: .channelsLast, hasBatch: false)
      default: return nil
      }
    }
    // One grey picture could as well be an item of a batch.
    guard let layout = PictureLayout(of: [nil] + dimensions),
      dimensions[layout.channelAxis - 1] == 3, let network = networkOfSomeShape(),
      let node = network.inputs.first(where: { $0.name == input.name })?.node
    else { return nil }
    let axes = PictureAxes(layout: layout, hasBatch: false)
    let finder = AxisRoleFinder(network.graph)
    return axes.spatial.allSatisfy { finder.isWindowed(node, axis: $0) } ? axes : nil
  }
}

/// A picture's numbers in a tensor of batch, channels, height and width, in whichever order.
struct PictureView {
  let channels: Int
  let height: Int
  let width: Int
  private let values: [Float]
  private let layout: PictureLayout
  private let start: Int

  /// The picture at `item` of a batch; nil where the tensor has no four axes or no such item.
  init?(_ tensor: Tensor, layout: PictureLayout, item: Int) {
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
