public import SaliencyImage

/// How an image becomes the tensor that a network was trained on, with the origin of every value.
///
/// A pixel p in 0…255 becomes (p · scale − mean) / deviation, by channel, after resizing and cropping. It is made by
/// ``Model/preprocessing(overrides:origin:)``.
public struct Preprocessing: Sendable, Equatable {
  /// A value and who gave it.
  public struct Sourced<Value: Sendable & Equatable>: Sendable, Equatable {
    /// The value.
    public let value: Value
    /// Who gave it, such as "--mean" or "ONNX metadata".
    public let origin: String
  }

  /// Whether and how the image's sides are brought to the network's.
  public enum Crop: String, Sendable, CaseIterable, Codable {
    /// The shorter side is resized, then the center is cut out.
    case center
    /// Both sides are resized, whatever the proportions.
    case none
    /// The longer side is resized, and what is missing of the shorter one is filled with gray on both sides, as Ultralytics's detectors have
    /// it.
    case letterbox
  }

  /// The order in which the channels stand in the tensor.
  public enum Channels: String, Sendable, CaseIterable, Codable {
    /// Red first.
    case rgb
    /// Blue first.
    case bgr
  }

  /// The number of channels of the tensor: 3, or 1 for a network on gray images.
  public let channelCount: Int
  /// Where the tensor has its channels.
  public let layout: ImageLayout
  /// Whether the tensor has a batch, of 1, in front of channels, height and width.
  public internal(set) var hasBatch = true
  /// The height and width of the tensor.
  public let size: Sourced<[Int]>
  /// How the image is resampled.
  public let filter: Sourced<ResamplingFilter>
  /// Whether the center is cut out.
  public let crop: Sourced<Crop>
  /// The length to which the shorter side is resized before cutting.
  public let shorterSide: Sourced<Int>
  /// The order of the channels.
  public let channels: Sourced<Channels>
  /// What pixels are multiplied by first.
  public let scale: Sourced<Float>
  /// What is subtracted then, one number or one a channel.
  public let mean: Sourced<[Float]>
  /// What is divided by last, one number or one a channel.
  public let standardDeviation: Sourced<[Float]>

  /// Whether some value is no more than a guess from the shape of the input.
  public var isGuessed: Bool {
    [mean.origin, standardDeviation.origin, scale.origin].contains(PreprocessingSettings.guess)
  }
}

extension Preprocessing {
  /// The shape of the tensor of an image of a height and width.
  func shape(size: [Int]) -> Shape {
    let shape = layout.shape(batch: 1, channels: channelCount, size: size)
    return hasBatch ? shape : Shape(shape.dropFirst())
  }

  /// Height and width of a tensor of images; nil where it has other axes.
  func size(of shape: Shape) -> [Int]? {
    let axes = ImageAxes(layout: layout, hasBatch: hasBatch)
    return shape.count == axes.count ? axes.spatial.map { shape[$0] } : nil
  }

  /// The values as the JSON object of a file of settings, which reads them back.
  var settingsText: String {
    func list(_ numbers: [Float]) -> String { "[" + numbers.map { "\($0)" }.joined(separator: ", ") + "]" }
    return """
      {"size": \(size.value), "resize": {"shorter_side": \(shorterSide.value), "filter": "\(filter.value.rawValue)"}, \
      "crop": "\(crop.value.rawValue)", "channels": "\(channels.value.rawValue)", "mean": \(list(mean.value)), \
      "std": \(list(standardDeviation.value)), "scale": \(scale.value)}
      """
  }
}

/// Some of the values of a preprocessing, as one source gives them.
public struct PreprocessingSettings: Sendable, Equatable, Codable {
  /// The height and width of the tensor.
  public var size: [Int]?
  /// How the image is resampled.
  public var filter: ResamplingFilter?
  /// Whether the center is cut out.
  public var crop: Preprocessing.Crop?
  /// The length to which the shorter side is resized before cutting.
  public var shorterSide: Int?
  /// The order of the channels.
  public var channels: Preprocessing.Channels?
  /// What pixels are multiplied by first.
  public var scale: Float?
  /// What is subtracted then, one number or one a channel.
  public var mean: [Float]?
  /// What is divided by last, one number or one a channel.
  public var standardDeviation: [Float]?

  /// No values.
  public init() {}

  /// All values of a preprocessing, whoever gave them.
  public init(_ preprocessing: Preprocessing) {
    (size, filter) = (preprocessing.size.value, preprocessing.filter.value)
    crop = preprocessing.crop.value
    if crop == .center { shorterSide = preprocessing.shorterSide.value }
    if preprocessing.channelCount > 1 { channels = preprocessing.channels.value }
    (scale, mean, standardDeviation) = (
      preprocessing.scale.value, preprocessing.mean.value, preprocessing.standardDeviation.value
    )
  }

  private enum CodingKeys: String, CodingKey {
    case size, filter = "resize", crop, shorterSide, channels, scale, mean, standardDeviation = "std"
  }

  static let guess = "guess from the shape"
}
