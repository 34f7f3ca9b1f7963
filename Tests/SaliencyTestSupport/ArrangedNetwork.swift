public import SaliencyCore

/// One network in several layouts of its input: the same numbers come out, wherever the items lie.
public struct ArrangedNetwork: Sendable, CustomStringConvertible {
  public let about: String
  /// The extents that the input has in the file.
  public let extents: [Int?]
  /// How the input lies there, for a plain one of items×…: the axis of the items; nil where it is one item.
  public let itemAxis: Int?
  /// How many items the file fixes; nil where it leaves them open, or has no axis for them.
  public let fixedCount: Int?
  /// The bytes of the file.
  public let file: [UInt8]

  public var description: String { about }

  /// An input of the plain layout, items×…, as this network has it.
  public func input(_ plain: Tensor) -> Tensor { InputArrangement(itemAxis: itemAxis).original(plain) }

  /// Classes of a series, of 4 steps of 3 features. What counts differs from step to step.
  public static let series: [ArrangedNetwork] = [
    series("items in front", [nil, 4, 3], itemAxis: 0),
    series("items along the second axis", [4, nil, 3], itemAxis: 1),
    series("no axis of items", [4, 3], itemAxis: nil),
    series("two items in front, no other number", [2, 4, 3], itemAxis: 0),
    series("two items along the second axis, no other number", [4, 2, 3], itemAxis: 1),
  ]

  /// Classes of an image, of 2 channels of 5×4 pixels.
  public static let images: [ArrangedNetwork] = [
    image("images", [nil, 2, 5, 4], itemAxis: 0),
    image("an image without a batch", [2, 5, 4], itemAxis: nil),
    image("two images, no other number", [2, 2, 5, 4], itemAxis: 0),
  ]

  /// Numbers between −1 and 1 without a pattern.
  public static func numbers(_ count: Int, seed: UInt64) -> [Float] {
    var state = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return (0..<count).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Float(Int64(bitPattern: state) >> 40) / Float(1 << 23)
    }
  }

  private static func series(_ about: String, _ extents: [Int?], itemAxis: Int?) -> ArrangedNetwork {
    var made = MadeModel()
    made.input("x", extents)
    made.weight("w", [3, 2], numbers(6, seed: 1))
    made.weight("p", [4, 1], [1, -2, 0.5, 3])
    switch itemAxis {
    case nil:
      made.integers("front", [1], [0])
      made.node("Unsqueeze", ["x", "front"], ["plain"])
    case 0?: made.node("Identity", ["x"], ["plain"])
    default: made.node("Transpose", ["x"], ["plain"], ["perm": .integers([1, 0, 2])])
    }
    made.node("MatMul", ["plain", "w"], ["m"])
    made.node("Mul", ["m", "p"], ["q"])
    made.node("Tanh", ["q"], ["h"])
    finish(&made, "h", mean: [1], itemAxis)
    return ArrangedNetwork(
      about: about, extents: extents, itemAxis: itemAxis,
      fixedCount: itemAxis.flatMap { extents[$0] }, file: made.file)
  }

  private static func image(_ about: String, _ extents: [Int?], itemAxis: Int?) -> ArrangedNetwork {
    var made = MadeModel()
    made.input("x", extents)
    made.weight("k", [2, 2, 3, 3], numbers(36, seed: 2))
    if itemAxis == nil {
      made.integers("front", [1], [0])
      made.node("Unsqueeze", ["x", "front"], ["plain"])
    } else {
      made.node("Identity", ["x"], ["plain"])
    }
    made.node("Conv", ["plain", "k"], ["m"], ["pads": .integers([1, 1, 1, 1])])
    made.node("Tanh", ["m"], ["h"])
    finish(&made, "h", mean: [2, 3], itemAxis)
    return ArrangedNetwork(
      about: about, extents: extents, itemAxis: itemAxis,
      fixedCount: itemAxis.flatMap { extents[$0] }, file: made.file)
  }

  private static func finish(_ made: inout MadeModel, _ value: String, mean axes: [Int], _ itemAxis: Int?) {
    let result = itemAxis == nil ? "means" : "y"
    made.node("ReduceMean", [value], [result], ["axes": .integers(axes), "keepdims": .integer(0)])
    if itemAxis == nil { made.node("Squeeze", [result, "front"], ["y"]) }
    made.output("y")
  }
}
