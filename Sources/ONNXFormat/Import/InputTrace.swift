/// What an operator tells of an input of the model that reaches it, and how the input is followed through it.
enum InputTrace: Sendable {
  /// The channels that a node picks along an axis, where the constants of names are known; nil where it picks others.
  typealias Pick = @Sendable (ONNXNodeProto, (String?) -> [Double]?) -> (axis: Int, picked: [Int])?

  /// It asks for the extents alone.
  case shape
  /// It gives a constant, its attribute `value`.
  case constant
  /// It gives the same elements in the same places.
  case same
  /// It gives the same elements with the axes in the order of its attribute `perm`.
  case transposition
  /// It gives the same elements with other axes.
  case reshaping
  /// It shifts or scales elements by a constant, which is the second operand or, where it is commutative, any.
  case arithmetic(
    isCommutative: Bool = false, @Sendable (InputLine, _ constant: Double) -> InputLine?)
  /// It shifts and scales elements by the scale and the zero point that are its second and third operand.
  case quantization(@Sendable (InputLine, _ scale: Double, _ zero: Double) -> InputLine?)
  /// It takes channels from an axis.
  case pick(Pick)
  /// It takes an axis apart.
  case division
  /// It joins parts along an axis.
  case junction
  /// It has channels and a kernel that tells how many, which is the operand at an index.
  case convolution(kernel: Int)
  /// It has channels, and the statistics of what it was trained on.
  case statistics
  /// It has channels.
  case pooling
}

/// What constants do to an input, on average over channels: a slope and the value at 0.
struct InputLine: Sendable {
  private(set) var slope = 1.0
  private(set) var offset = 0.0
  /// The mean and the deviation of what a batch normalization was trained on; nil where none is the first node that does more.
  var statistics: (mean: Double, standardDeviation: Double)?

  func shifted(by number: Double) -> InputLine {
    var line = self
    line.offset += number
    return line
  }

  func scaled(by number: Double) -> InputLine {
    var line = self
    (line.slope, line.offset) = (slope * number, offset * number)
    return line
  }

  /// Nil for 0.
  func divided(by number: Double) -> InputLine? {
    guard number != 0 else { return nil }
    var line = self
    (line.slope, line.offset) = (slope / number, offset / number)
    return line
  }

  /// 1 where what is subtracted and divided by is that of pixels from 0 to 255, 1/255 where it is that of numbers from 0 to 1;
  /// nil where numbers are neither shifted nor scaled.
  var pixelScale: Float? {
    guard abs(slope - 1) > 1e-3 || abs(offset) > 1e-3 else { return statistics.flatMap(Self.pixelScale) }
    return abs(slope) <= 1.0 / 16 || abs(offset) > 2 * abs(slope) ? 1 : 1 / 255
  }

  /// 1 where numbers of such a mean and deviation are pixels from 0 to 255, 1/255 where they are from 0 to 1; nil where they may be others, such as
  /// pixels that are normalized before.
  private static func pixelScale(mean: Double, standardDeviation: Double) -> Float? {
    if 20...235 ~= mean, 10...130 ~= standardDeviation { return 1 }
    if 0.15...0.85 ~= mean, 0.05...0.45 ~= standardDeviation { return 1 / 255 }
    return nil
  }
}
