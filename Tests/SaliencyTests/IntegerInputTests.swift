import Saliency
import SaliencyCore
import SaliencyImage
import SaliencyTestSupport
import Testing

/// Inputs of integers: the numbers as they are.
@Suite("Inputs of integers")
struct IntegerInputTests {
  /// A network from an input of integers, 1×4, to "y".
  struct Case: Sendable, CustomTestStringConvertible {
    let about: String
    let type: MadeModel.ElementType
    let input: [Float]
    /// What the network gives.
    let output: [Float]
    /// The sum of the outputs' slopes along each input; nil where there is no slope.
    let slopes: [Float]?
    let add: @Sendable (inout MadeModel) -> Void

    init(
      _ about: String, _ type: MadeModel.ElementType, _ input: [Float], gives output: [Float],
      slopes: [Float]?, _ add: @escaping @Sendable (inout MadeModel) -> Void
    ) {
      (self.about, self.type, self.input) = (about, type, input)
      (self.output, self.slopes, self.add) = (output, slopes, add)
    }

    var testDescription: String { about }

    var model: MadeModel {
      var model = MadeModel()
      model.input("x", [1, 4], type)
      add(&model)
      model.output("y")
      return model
    }
  }

  private static let cases: [Case] = [
    Case("Cast", .uint8, [0, 7, 200, 255], gives: [0, 7, 200, 255], slopes: [1, 1, 1, 1]) {
      $0.node("Cast", ["x"], ["y"], ["to": .integer(1)])
    },
    Case("Cast to integers first", .int64, [5, -7, 0, 9], gives: [5, -7, 0, 9], slopes: [1, 1, 1, 1]) {
      $0.node("Cast", ["x"], ["i"], ["to": .integer(6)])
      $0.node("Cast", ["i"], ["y"], ["to": .integer(1)])
    },
    Case("Reshape and Transpose", .uint8, [1, 2, 3, 4], gives: [1, 3, 2, 4], slopes: [1, 1, 1, 1]) {
      $0.integers("square", [2], [2, 2])
      $0.integers("row", [2], [1, 4])
      $0.node("Reshape", ["x", "square"], ["a"])
      $0.node("Transpose", ["a"], ["b"], ["perm": .integers([1, 0])])
      $0.node("Reshape", ["b", "row"], ["c"])
      $0.node("Cast", ["c"], ["y"], ["to": .integer(1)])
    },
    Case("Unsqueeze and Squeeze", .int8, [1, -2, 3, -4], gives: [1, -2, 3, -4], slopes: [1, 1, 1, 1]) {
      $0.integers("axes", [1], [0])
      $0.node("Unsqueeze", ["x", "axes"], ["a"])
      $0.node("Squeeze", ["a", "axes"], ["b"])
      $0.node("Cast", ["b"], ["y"], ["to": .integer(1)])
    },
    Case("Slice", .int32, [1, 2, 3, 4], gives: [2, 3], slopes: [0, 1, 1, 0]) {
      for (name, value) in [("from", 1), ("to", 3), ("axes", 1)] { $0.integers(name, [1], [value]) }
      $0.node("Slice", ["x", "from", "to", "axes"], ["a"])
      $0.node("Cast", ["a"], ["y"], ["to": .integer(1)])
    },
    Case("Gather of some of its elements", .int32, [1, 2, 3, 4], gives: [4, 4, 1], slopes: [1, 0, 0, 2]) {
      $0.integers("places", [3], [3, 3, 0])
      $0.node("Gather", ["x", "places"], ["a"], ["axis": .integer(1)])
      $0.node("Cast", ["a"], ["y"], ["to": .integer(1)])
    },
    Case("Concat", .uint8, [1, 2, 3, 4], gives: [1, 2, 3, 4, 1, 2, 3, 4], slopes: [2, 2, 2, 2]) {
      $0.node("Concat", ["x", "x"], ["a"], ["axis": .integer(1)])
      $0.node("Cast", ["a"], ["y"], ["to": .integer(1)])
    },
    Case("Equal", .int64, [5, 7, 5, 0], gives: [1, 0, 1, 0], slopes: nil) {
      $0.integers("five", [], [5])
      $0.node("Equal", ["x", "five"], ["a"])
      $0.node("Cast", ["a"], ["y"], ["to": .integer(1)])
    },
    Case("Where beside Greater", .int64, [5, 7, 3, 9], gives: [0, 7, 0, 9], slopes: [0, 1, 0, 1]) {
      $0.integers("five", [], [5])
      $0.integers("zero", [], [0])
      $0.node("Greater", ["x", "five"], ["a"])
      $0.node("Where", ["a", "x", "zero"], ["b"])
      $0.node("Cast", ["b"], ["y"], ["to": .integer(1)])
    },
    Case("Mod", .int64, [5, 7, -1, 9], gives: [1, 3, 3, 1], slopes: [1, 1, 1, 1]) {
      $0.integers("four", [], [4])
      $0.node("Mod", ["x", "four"], ["a"])
      $0.node("Cast", ["a"], ["y"], ["to": .integer(1)])
    },
    Case(
      "DequantizeLinear", .uint8, [0, 128, 130, 255], gives: [-64, 0, 1, 63.5],
      slopes: [0.5, 0.5, 0.5, 0.5]
    ) {
      $0.weight("scale", [], [0.5])
      $0.bytes("zero", [], .uint8, [128])
      $0.node("DequantizeLinear", ["x", "scale", "zero"], ["y"])
    },
    Case("rows of a matrix", .int64, [2, 0, -1, 1], gives: [5, 6, 1, 2, 5, 6, 3, 4], slopes: nil) {
      $0.weight("table", [3, 2], [1, 2, 3, 4, 5, 6])
      $0.integers("flat", [2], [1, 8])
      $0.node("Gather", ["table", "x"], ["rows"])
      $0.node("Reshape", ["rows", "flat"], ["y"])
    },
    Case("positions counted along a mask", .int64, [9, 8, 1, 1], gives: [30, 40, 20, 20], slopes: nil) {
      // As RoBERTa has it: padding, here 1, keeps position 1, and the others are counted from 2 on.
      $0.integers("padding", [], [1])
      $0.integers("axis", [], [1])
      $0.weight("table", [5, 1], [10, 20, 30, 40, 50])
      $0.node("Equal", ["x", "padding"], ["isPadding"])
      $0.node("Not", ["isPadding"], ["isToken"])
      $0.node("Cast", ["isToken"], ["ones"], ["to": .integer(6)])
      $0.node("CumSum", ["ones", "axis"], ["counts"])
      $0.node("Mul", ["counts", "ones"], ["masked"])
      $0.node("Cast", ["masked"], ["positions"], ["to": .integer(7)])
      $0.node("Add", ["positions", "padding"], ["places"])
      $0.node("Gather", ["table", "places"], ["rows"])
      $0.integers("flat", [2], [1, 4])
      $0.node("Reshape", ["rows", "flat"], ["y"])
    },
  ]

  @Test("Whatever moves, compares, picks or dequantizes them reads them", arguments: cases)
  func values(_ example: Case) async throws {
    try await example.model.opened { model in
      let input = Tensor(shape: [1, 4], values: example.input)
      let prepared = try model.prepare(.tensor(input)).tensor
      #expect(prepared.values == example.input)
      let units = try await Predictor(model).predictions(for: prepared, count: .max)[0]
      #expect(units.sorted { $0.index < $1.index }.map(\.score) == example.output)
    }
  }

  @Test("They have the derivative of real numbers", arguments: cases.filter { $0.slopes != nil })
  func slopes(_ example: Case) async throws {
    try await example.model.opened { model in
      let explainer = try await Explainer(model, modifier: .none)
      let input = Tensor(shape: [1, 4], values: example.input)
      var sum: [Float] = [0, 0, 0, 0]
      for unit in example.output.indices {
        let slopes = try await explainer.attribution(of: input, target: .unit(unit)).values.values
        for index in sum.indices { sum[index] += slopes[index] }
      }
      #expect(sum == example.slopes)
    }
  }

  @Test(
    "Numbers that the type does not have are an error with the range",
    arguments: [
      (MadeModel.ElementType.uint8, 256, "from 0 to 255"), (.uint8, -1, "from 0 to 255"),
      (.uint8, 0.5, "from 0 to 255"), (.uint8, .nan, "from 0 to 255"), (.int8, 128, "from -128 to 127"),
      (.int64, 0.25, "integers"), (.int64, 0x1p25, "2^24"), (.bool, 2, "from 0 to 1"),
    ] as [(MadeModel.ElementType, Float, String)])
  func range(type: MadeModel.ElementType, number: Float, words: String) async throws {
    var made = MadeModel()
    made.input("x", [1, 2], type)
    made.node("Cast", ["x"], ["y"], ["to": .integer(1)])
    made.output("y")
    try await made.opened { model in
      let error = try #require(throws: SaliencyError.self) {
        try model.prepare(.tensor(Tensor(shape: [1, 2], values: [1, number])))
      }
      #expect(error.code == .invalidInput && error.file == model.path)
      for part in [words, "'x'", "type \(type)", "element 1"] { #expect(error.message.contains(part)) }
    }
  }

  /// A network on pixels in a layout, with the extents that its input says.
  private static func camera(_ extents: [Int?], isLast: Bool, _ type: MadeModel.ElementType) -> MadeModel {
    var model = MadeModel()
    model.input("x", extents, type)
    model.weight("w", [2, 3, 1, 1], [1, 2, 3, 4, 5, 6])
    var value = "x"
    if isLast {
      model.node("Transpose", ["x"], ["t"], ["perm": .integers([0, 3, 1, 2])])
      value = "t"
    }
    model.node("Cast", [value], ["f"], ["to": .integer(1)])
    model.node("Conv", ["f", "w"], ["c"])
    model.node("GlobalAveragePool", ["c"], ["y"])
    model.output("y")
    return model
  }

  @Test(
    "An image's pixels go in as they are, in the layout that extents or nodes say",
    arguments: [
      ([1, 3, 4, 6], false), ([nil, 3, nil, nil], false), ([nil, nil, nil, nil], false),
      ([1, 4, 6, 3], true), ([nil, nil, nil, 3], true), ([nil, nil, nil, nil], true),
    ] as [([Int?], Bool)])
  func pixels(extents: [Int?], isLast: Bool) async throws {
    var image = Image(width: 6, height: 4, filledWith: Color(gray: 0))
    for x in 0..<6 {
      for y in 0..<4 { image[x, y] = Color(red: UInt8(40 * x), green: UInt8(60 * y), blue: 255) }
    }
    try await Self.camera(extents, isLast: isLast, .uint8).opened { model in
      var settings = PreprocessingSettings()
      settings.size = [4, 6]
      let prepared = try model.prepare(.image(image), overrides: settings)
      #expect(prepared.tensor.shape == (isLast ? [1, 4, 6, 3] : [1, 3, 4, 6]))
      let bytes = image.pixels.map(Float.init)
      let planes = (0..<3).flatMap { channel in
        stride(from: channel, to: bytes.count, by: 3).map { bytes[$0] }
      }
      #expect(prepared.tensor.values == (isLast ? bytes : planes))
      let preprocessing = try #require(prepared.preprocessing)
      #expect(!preprocessing.isGuessed && preprocessing.scale.origin == "input of type uint8")
      settings.mean = [0.5]
      #expect(throws: SaliencyError.self) { try model.prepare(.image(image), overrides: settings) }
      let explainer = try await Explainer(model, modifier: .none, inputShape: prepared.tensor.shape)
      let slopes = try await explainer.attribution(of: prepared.tensor, target: .unit(1)).values.values
      let first = isLast ? Array(slopes.prefix(3)) : [slopes[0], slopes[24], slopes[48]]
      for (slope, weight) in zip(first, [4, 5, 6]) { #expect(abs(slope - Float(weight) / 24) < 1e-6) }
    }
  }

  // MARK: Rows of an embedding

  @Test(
    "The layer that gives the rows of an embedding is found behind moves and casts",
    arguments: [
      ("the numbers as they are", ["x"]), ("a cast", ["Cast"]), ("a flat list", ["Reshape"]),
      ("another axis", ["Unsqueeze"]), ("the first ones", ["Slice"]), ("all of them", ["Unsqueeze", "Cast"]),
    ] as [(String, [String])])
  func embedding(about: String, moves: [String]) async throws {
    var made = MadeModel()
    made.input("x", [1, 4], .int64)
    made.input("mask", [1, 4], .int64)
    made.weight("table", [9, 2], (0..<18).map(Float.init))
    made.integers("flat", [1], [4])
    made.integers("axes", [1], [1])
    made.integers("zero", [1], [0])
    made.integers("two", [1], [2])
    var value = "x"
    for (index, kind) in moves.enumerated() where kind != "x" {
      let operands = [
        "Cast": [], "Reshape": ["flat"], "Unsqueeze": ["axes"], "Slice": ["zero", "two", "axes"],
      ]
      made.node(
        kind, [value] + operands[kind]!, ["m\(index)"], kind == "Cast" ? ["to": .integer(6)] : [:])
      value = "m\(index)"
    }
    made.node("Gather", ["table", value], ["rows"])
    made.node("Cast", ["mask"], ["floats"], ["to": .integer(1)])
    made.node("ReduceMax", ["floats"], ["largest"], ["keepdims": .integer(0)])
    made.node("Mul", ["rows", "largest"], ["y"])
    made.output("y")
    try await made.opened { model in
      let network = try #require(model.networkOfSomeShape())
      #expect(network.embeddingLayer(of: network.inputs[0])?.name == "rows")
      #expect(network.embeddingLayer(of: network.inputs[1]) == nil)
    }
  }

  @Test(
    "What is computed of the numbers picks no rows, and neither do positions in something computed",
    arguments: ["hashed", "of a computed matrix", "single numbers"])
  func noEmbedding(about: String) async throws {
    var made = MadeModel()
    made.input("x", [1, 4], .int64)
    made.weight("table", [9, 2], (0..<18).map(Float.init))
    made.weight("list", [9], (0..<9).map(Float.init))
    made.integers("three", [], [3])
    switch about {
    case "hashed":
      made.node("Mod", ["x", "three"], ["places"])
      made.node("Gather", ["table", "places"], ["y"])
    case "single numbers": made.node("Gather", ["list", "x"], ["y"])
    default:
      made.node("Cast", ["x"], ["floats"], ["to": .integer(1)])
      made.node("Gather", ["floats", "x"], ["y"], ["axis": .integer(1)])
    }
    made.output("y")
    try await made.opened { model in
      let network = try model.network(inputShape: [1, 4])
      #expect(network.embeddingLayer(of: network.inputs[0]) == nil)
    }
  }
}
