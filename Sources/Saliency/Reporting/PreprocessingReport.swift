/// A value of the preprocessing, and who says it.
public struct SourcedReport<Value: Sendable & Codable>: Report {
  /// The value.
  public let value: Value
  /// Where it comes from, such as "command line" or the name of a file.
  public let origin: String
}

/// What is told of how an image became an input.
public struct PreprocessingReport: Report {
  /// The height and width of the network's input.
  public let size: SourcedReport<[Int]>
  /// How images are resized.
  public let resize: SourcedReport<String>
  /// What is cut off: none, center or letterbox.
  public let crop: SourcedReport<String>
  /// The length to which the shorter side is resized before the center is cut out; nil where it is not.
  public let shorterSide: SourcedReport<Int>?
  /// The order of the channels; nil where there is one channel, which has no order.
  public let channels: SourcedReport<String>?
  /// What pixels are multiplied by first.
  public let scale: SourcedReport<Float>
  /// What is subtracted then, one number or one a channel.
  public let mean: SourcedReport<[Float]>
  /// What is divided by last, one number or one a channel.
  public let std: SourcedReport<[Float]>

  /// What is told of a preprocessing.
  public init(_ preprocessing: Preprocessing) {
    size = .init(value: preprocessing.size.value, origin: preprocessing.size.origin)
    resize = .init(value: preprocessing.filter.value.rawValue, origin: preprocessing.filter.origin)
    crop = .init(value: preprocessing.crop.value.rawValue, origin: preprocessing.crop.origin)
    shorterSide =
      preprocessing.crop.value == .center
      ? .init(value: preprocessing.shorterSide.value, origin: preprocessing.shorterSide.origin) : nil
    channels =
      preprocessing.channelCount > 1
      ? .init(value: preprocessing.channels.value.rawValue, origin: preprocessing.channels.origin) : nil
    scale = .init(value: preprocessing.scale.value, origin: preprocessing.scale.origin)
    mean = .init(value: preprocessing.mean.value, origin: preprocessing.mean.origin)
    std = .init(value: preprocessing.standardDeviation.value, origin: preprocessing.standardDeviation.origin)
  }
}
