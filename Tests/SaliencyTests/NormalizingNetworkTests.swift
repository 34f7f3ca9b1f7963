import Saliency
import SaliencyCore
import SaliencyTestSupport
import Testing

/// Networks that shift and scale pixels themselves: what they are given.
@Suite("Networks that normalize pixels")
struct NormalizingNetworkTests {
  /// What stands between the input "x", 1×3×4×4, and the convolution of "f".
  struct Case: Sendable, CustomTestStringConvertible {
    let about: String
    /// What pixels are multiplied by, and the mean that is subtracted.
    let scale: Float
    let mean: [Float]
    let origin: String
    let add: @Sendable (inout MadeModel) -> Void

    init(
      _ about: String, scale: Float, mean: [Float] = [0], _ origin: String,
      _ add: @escaping @Sendable (inout MadeModel) -> Void
    ) {
      (self.about, self.scale, self.mean, self.origin, self.add) = (about, scale, mean, origin, add)
    }

    var testDescription: String { about }
  }

  private static let cases: [Case] = [
    Case("nothing", scale: 1 / 255, mean: [0.485, 0.456, 0.406], "guess from the shape") {
      $0.node("Identity", ["x"], ["f"])
    },
    Case("a division by 255", scale: 1, "nodes of the model") {
      $0.weight("c", [], [255])
      $0.node("Div", ["x", "c"], ["f"])
    },
    Case("a product with 1/255 behind a cast", scale: 1, "nodes of the model") {
      $0.weight("c", [1], [1 / 255])
      $0.node("Cast", ["x"], ["d"], ["to": .integer(11)])
      $0.node("Cast", ["d"], ["e"], ["to": .integer(1)])
      $0.node("Mul", ["c", "e"], ["f"])
    },
    Case("the mean of pixels", scale: 1, "nodes of the model") {
      $0.weight("m", [1, 3, 1, 1], [123.7, 116.8, 103.9])
      $0.node("Sub", ["x", "m"], ["f"])
    },
    Case("pixels from −1 to 1", scale: 1, "nodes of the model") {
      $0.weight("s", [], [127.5])
      $0.weight("o", [], [-1])
      $0.node("Div", ["x", "s"], ["e"])
      $0.node("Add", ["e", "o"], ["f"])
    },
    Case("mean and deviation of numbers from 0 to 1", scale: 1 / 255, "nodes of the model") {
      $0.weight("m", [1, 3, 1, 1], [0.485, 0.456, 0.406])
      $0.weight("s", [1, 3, 1, 1], [0.229, 0.224, 0.225])
      $0.node("Sub", ["x", "m"], ["e"])
      $0.node("Div", ["e", "s"], ["f"])
    },
    Case(
      "the input quantized and restored", scale: 1 / 255, mean: [0.485, 0.456, 0.406], "guess from the shape"
    ) {
      $0.weight("s", [], [0.02])
      $0.bytes("z", [], .uint8, [120])
      $0.node("QuantizeLinear", ["x", "s", "z"], ["e"])
      $0.node("DequantizeLinear", ["e", "s", "z"], ["f"])
    },
    Case("a batch normalization that was trained on pixels from 0 to 255", scale: 1, "nodes of the model") {
      $0.normalization(of: "x", mean: [123, 117, 104], variance: [3_400, 3_300, 3_500])
    },
    Case(
      "a batch normalization that was trained on numbers from 0 to 1", scale: 1 / 255, "nodes of the model"
    ) {
      $0.normalization(of: "x", mean: [0.48, 0.45, 0.4], variance: [0.07, 0.06, 0.07])
    },
    Case(
      "a batch normalization that was trained on normalized numbers", scale: 1 / 255,
      mean: [0.485, 0.456, 0.406], "guess from the shape"
    ) {
      $0.normalization(of: "x", mean: [0.02, -0.03, 0.01], variance: [1.1, 1, 0.9])
    },
    Case("channels in another order, and their means", scale: 1, "nodes of the model") {
      $0.integers("order", [3], [2, 1, 0])
      $0.weight("m", [1, 3, 1, 1], [104, 117, 123])
      $0.node("Gather", ["x", "order"], ["d"], ["axis": .integer(1)])
      $0.node("Sub", ["d", "m"], ["f"])
    },
    Case("channels backwards, and their means", scale: 1, "nodes of the model") {
      for (name, number) in [("start", -1), ("end", Int(Int32.min)), ("axis", 1), ("step", -1)] {
        $0.integers(name, [1], [number])
      }
      $0.weight("m", [1, 3, 1, 1], [104, 117, 123])
      $0.node("Slice", ["x", "start", "end", "axis", "step"], ["d"])
      $0.node("Sub", ["d", "m"], ["f"])
    },
    Case(
      "channels that are taken apart and joined the other way, and their means", scale: 1,
      "nodes of the model"
    ) {
      $0.weight("m", [1, 3, 1, 1], [104, 117, 123])
      $0.node("Split", ["x"], ["r", "g", "b"], ["axis": .integer(1)])
      $0.node("Concat", ["b", "g", "r"], ["d"], ["axis": .integer(1)])
      $0.node("Sub", ["d", "m"], ["f"])
    },
    Case("channels that are picked one by one, and a batch normalization", scale: 1, "nodes of the model") {
      for channel in 0..<3 {
        $0.integers("\(channel)", [1], [channel])
        $0.node("Gather", ["x", "\(channel)"], ["c\(channel)"], ["axis": .integer(1)])
      }
      $0.node("Concat", ["c2", "c1", "c0"], ["d"], ["axis": .integer(1)])
      $0.normalization(of: "d", mean: [123, 117, 104], variance: [3_400, 3_300, 3_500])
    },
    Case(
      "channels in another order alone", scale: 1 / 255, mean: [0.485, 0.456, 0.406], "guess from the shape"
    ) {
      $0.integers("order", [3], [2, 1, 0])
      $0.node("Gather", ["x", "order"], ["f"], ["axis": .integer(1)])
    },
    Case(
      "channels that are treated apart", scale: 1 / 255, mean: [0.485, 0.456, 0.406], "guess from the shape"
    ) {
      $0.weight("s", [], [2])
      $0.node("Mul", ["x", "s"], ["d"])
      $0.node("Sub", ["x", "d"], ["f"])
    },
  ]

  @Test("They are not given pixels that are normalized by a guess", arguments: cases)
  func normalizing(_ example: Case) async throws {
    var made = MadeModel()
    made.input("x", [1, 3, 4, 4])
    made.weight("w", [2, 3, 1, 1], [1, 2, 3, 4, 5, 6])
    example.add(&made)
    made.node("Conv", ["f", "w"], ["y"])
    made.output("y")
    try await made.opened { model in
      let preprocessing = try model.preprocessing()
      #expect(preprocessing.scale.value == example.scale && preprocessing.scale.origin == example.origin)
      #expect(preprocessing.mean.value == example.mean && preprocessing.mean.origin == example.origin)
      #expect(preprocessing.isGuessed == (example.origin == "guess from the shape"))
    }
  }

  @Test(
    "What is said of scale, mean and deviation replaces the guess as a whole",
    arguments: [
      (scale: 1, mean: nil, standardDeviation: nil, expected: (1, [0], [1])),
      (scale: nil, mean: [0.5], standardDeviation: [0.25], expected: (1 / 255, [0.5], [0.25])),
      (scale: nil, mean: [123, 117, 104], standardDeviation: nil, expected: (1, [123, 117, 104], [1])),
      (scale: nil, mean: nil, standardDeviation: [255], expected: (1, [0], [255])),
      (scale: 0.5, mean: [3], standardDeviation: nil, expected: (0.5, [3], [1])),
      (
        scale: nil, mean: nil, standardDeviation: nil,
        expected: (1 / 255, [0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
      ),
    ] as [(scale: Float?, mean: [Float]?, standardDeviation: [Float]?, expected: (Float, [Float], [Float]))])
  func said(
    scale: Float?, mean: [Float]?, standardDeviation: [Float]?, expected: (Float, [Float], [Float])
  ) async throws {
    var made = MadeModel()
    made.input("x", [1, 3, 4, 4])
    made.node("Relu", ["x"], ["y"])
    made.output("y")
    try await made.opened { model in
      var settings = PreprocessingSettings()
      (settings.scale, settings.mean, settings.standardDeviation) = (scale, mean, standardDeviation)
      let preprocessing = try model.preprocessing(overrides: settings)
      #expect(preprocessing.scale.value == expected.0)
      #expect(preprocessing.mean.value == expected.1 && preprocessing.standardDeviation.value == expected.2)
      #expect(preprocessing.isGuessed == (scale == nil && mean == nil && standardDeviation == nil))
    }
  }
}

extension MadeModel {
  /// A batch normalization of "x" or what comes of it, which gives "f".
  fileprivate mutating func normalization(of input: String, mean: [Float], variance: [Float]) {
    weight("factors", [3], [0.3, 0.4, 0.5])
    weight("shifts", [3], [0.1, -0.2, 0])
    weight("mean", [3], mean)
    weight("variance", [3], variance)
    node("BatchNormalization", [input, "factors", "shifts", "mean", "variance"], ["f"])
  }
}
