@testable import Saliency
import SaliencyCore
import SaliencyTestSupport
import Testing

/// What is found of axes that a convolution or a single product does not show.
@Suite("Roles of axes that are hard to see")
struct AxisRoleTests {
  /// A network of an input "x", and what its first output is said to be.
  struct Case: Sendable, CustomTestStringConvertible {
    let about: String
    let letters: String
    let shape: [Int]
    let add: @Sendable (inout MadeModel) -> Void

    init(
      _ about: String, _ letters: String, of shape: [Int],
      _ add: @escaping @Sendable (inout MadeModel) -> Void
    ) {
      (self.about, self.letters, self.shape, self.add) = (about, letters, shape, add)
    }

    var testDescription: String { about }
  }

  private static let cases: [Case] = [
    Case("both directions of an LSTM, as ONNX gives them", "TQQC", of: [5, 1, 4]) {
      $0.recurrence("LSTM", gates: 4)
      $0.node("Identity", ["s"], ["y"])
    },
    Case("both directions of an LSTM over two steps", "TQQC", of: [2, 1, 4]) {
      $0.recurrence("LSTM", gates: 4)
      $0.node("Identity", ["s"], ["y"])
    },
    Case("the units of both directions behind one another", "TNC", of: [5, 1, 4]) {
      $0.recurrence("LSTM", gates: 4)
      $0.merged(by: [0, 2, 1, 3])
    },
    Case("the units of both directions of a GRU, items first", "NTC", of: [5, 1, 4]) {
      $0.recurrence("GRU", gates: 3)
      $0.merged(by: [2, 0, 1, 3])
    },
    Case("nodes of a graph, whose features are mixed by links", "QC", of: [6, 4]) {
      $0.weight("links", [6, 6], (0..<36).map { $0 % 5 == 0 ? 0.5 : 0.1 })
      $0.weight("first", [4, 5], (0..<20).map { Float($0 % 7) - 3 })
      $0.weight("second", [5, 3], (0..<15).map { Float($0 % 4) - 1 })
      $0.node("MatMul", ["x", "first"], ["a"])
      $0.node("MatMul", ["links", "a"], ["b"])
      $0.node("Relu", ["b"], ["c"])
      $0.node("MatMul", ["c", "second"], ["d"])
      $0.node("MatMul", ["links", "d"], ["y"])
    },
    Case("features that a matrix on the left gives", "NCQ", of: [1, 4, 6]) {
      $0.weight("w", [3, 4], (0..<12).map { Float($0 % 5) - 2 })
      $0.node("MatMul", ["w", "x"], ["y"])
    },
    Case("channels that an image is pooled to", "NCHW", of: [1, 3, 8, 8]) {
      $0.weight("w", [2, 3, 3, 3], (0..<54).map { Float($0 % 5) - 2 })
      $0.node("Conv", ["x", "w"], ["a"])
      $0.node("GlobalAveragePool", ["a"], ["y"])
    },
  ]

  @Test("They are what the network does along them", arguments: cases)
  func roles(_ example: Case) async throws {
    var made = MadeModel()
    made.input("x", example.shape)
    example.add(&made)
    made.output("y")
    try await made.opened { model in
      let roles = try model.roles(inputShape: example.shape).outputs[0]
      #expect(roles.letters == example.letters)
      #expect(roles.unitAxis.map { roles.axes[$0].origin } == .proved)
    }
  }

  @Test(
    "Layers of Keras that pool, resize or go backwards have the units where Keras has them",
    arguments: [
      ("adaptive-average-pooling1d", "NQC"), ("adaptive-average-pooling2d", "NQQC"),
      ("adaptive-max-pooling2d", "NQQC"), ("center-crop", "NQQC"), ("up-sampling2d-bilinear", "NQQC"),
      ("lstm-sequences", "NTC"), ("gru-sequences", "NTC"), ("lstm-bidirectional-sequences", "NTC"),
      ("lstm-bidirectional", "NC"),
    ])
  func keras(_ name: String, _ letters: String) throws {
    let model = try Model(contentsOf: FixtureFolder.path + "/keras/\(name).keras")
    let shape = try #require(try model.explainedInput().dimensions).map { $0 ?? 1 }
    #expect(try model.roles(inputShape: shape).outputs[0].letters == letters)
  }

  @Test("What a second input gives has axes like the first's")
  func siamese() async throws {
    var made = MadeModel()
    made.input("x", [1, 3, 8, 8])
    made.input("other", [1, 3, 8, 8])
    made.weight("w", [2, 3, 3, 3], (0..<54).map { Float($0 % 5) - 2 })
    made.node("Conv", ["x", "w"], ["a"])
    made.node("Conv", ["other", "w"], ["b"])
    made.node("Relu", ["b"], ["c"])
    made.node("Sub", ["a", "c"], ["y"])
    made.output("y")
    try await made.opened { model in
      let other = Tensor(shape: [1, 3, 8, 8], values: (0..<192).map { Float($0 % 9) })
      let chosen = try model.selecting(input: "x", given: ["other": other], output: nil)
      let roles = try chosen.roles(inputShape: [1, 3, 8, 8])
      #expect(roles.layers.map(\.letters) == ["NCHW", "NCHW", "NCHW", "NCHW"])
    }
  }
}

extension MadeModel {
  /// A recurrent layer of three units with two directions over "x", steps×items×4, which gives "s".
  fileprivate mutating func recurrence(_ kind: String, gates: Int) {
    weight("w", [2, 3 * gates, 4], (0..<24 * gates).map { Float($0 % 7) / 7 - 0.4 })
    weight("r", [2, 3 * gates, 3], (0..<18 * gates).map { Float($0 % 5) / 5 - 0.4 })
    node(kind, ["x", "w", "r"], ["s"], ["hidden_size": .integer(3), "direction": .text("bidirectional")])
  }

  /// "s" with its axes in another order, of which the last two become one, as "y".
  fileprivate mutating func merged(by order: [Int]) {
    integers("shape", [3], [0, 0, -1])
    node("Transpose", ["s"], ["t"], ["perm": .integers(order)])
    node("Reshape", ["t", "shape"], ["y"])
  }
}
