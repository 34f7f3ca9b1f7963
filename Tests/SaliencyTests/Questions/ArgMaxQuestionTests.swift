import SaliencyCore
import SaliencyTestSupport
import Testing

@testable import Saliency

/// Networks that end in the number of the best class, which has no slope.
@Suite("Before a final arg-max")
struct ArgMaxQuestionTests {
  /// How a network ends, behind 3 scores at each of 2×3 pixels.
  struct Ending: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let attributes: KeyValuePairs<String, MadeModel.Attribute>
    var operands = "scores"
    /// Whether the scores have their units last.
    var areUnitsLast = false
  }

  static let endings: [Ending] = [
    .init(
      testDescription: "without the axis of units",
      attributes: ["axis": .integer(1), "keepdims": .integer(0)]),
    .init(testDescription: "with one unit", attributes: ["axis": .integer(1)]),
    .init(
      testDescription: "by a negative axis", attributes: ["axis": .integer(-3), "keepdims": .integer(0)]),
    .init(
      testDescription: "the last of equal ones",
      attributes: ["axis": .integer(1), "keepdims": .integer(0), "select_last_index": .integer(1)]),
    .init(
      testDescription: "behind a softmax", attributes: ["axis": .integer(1), "keepdims": .integer(0)],
      operands: "probabilities"),
    .init(
      testDescription: "with units last", attributes: ["axis": .integer(3), "keepdims": .integer(0)],
      operands: "last", areUnitsLast: true),
  ]

  private static func made(_ ending: Ending?) -> MadeModel {
    var made = MadeModel()
    made.input("x", [1, 1, 2, 3])
    made.weight("kernel", [3, 1, 1, 3], [1, 2, -1, 0.5, -2, 1, -1, 0.25, 3])
    made.node("Conv", ["x", "kernel"], ["scores"], ["pads": .integers([0, 1, 0, 1])])
    made.node("Softmax", ["scores"], ["probabilities"], ["axis": .integer(1)])
    made.node("Transpose", ["scores"], ["last"], ["perm": .integers([0, 2, 3, 1])])
    if let ending {
      made.node("ArgMax", [ending.operands], ["y"], ending.attributes)
      made.output("y", .int64)
    } else {
      made.output("scores")
    }
    return made
  }

  private static let input = Tensor(shape: [1, 1, 2, 3], values: [1, -2, 0.5, 3, 0, -1])

  @Test("The scores that it chooses from are explained and predicted", arguments: endings)
  func scores(_ ending: Ending) async throws {
    for target in ["1@0x2", "2@predicted", "top", "0"] {
      let asked = Question(try Target(parsing: target), modifier: .none)
      var found: [Attribution] = []
      for made in [Self.made(nil), Self.made(ending)] {
        try await made.opened { model in
          found.append(
            try await Explainer(model, asked, inputShape: Self.input.shape).attribution(of: Self.input))
        }
      }
      #expect(found[0].values.values == found[1].values.values, "\(target)")
      #expect(found[0].units[0].map(\.index) == found[1].units[0].map(\.index), "\(target)")
      #expect(found[0].units[0].map(\.score) == found[1].units[0].map(\.score), "\(target)")
    }
  }

  @Test("Its classes have the shares of the image that they win", arguments: endings)
  func shares(_ ending: Ending) async throws {
    var found: [[ClassShare]?] = []
    for made in [Self.made(nil), Self.made(ending)] {
      try await made.opened { model in
        let predictor = try await Predictor(model, inputShape: Self.input.shape)
        found.append(try await predictor.predictions(of: Self.input)[0].shares)
        #expect(predictor.unitCount == 3)
      }
    }
    #expect(found[0] != nil && found[0] == found[1])
  }

  @Test("A written model gives the numbers of the best classes as before, beside what explains the scores")
  func exports() async throws {
    try await Self.made(Self.endings[0]).opened { model in
      let explainer = try await Explainer(model, Question(modifier: .none), inputShape: Self.input.shape)
      try await withTemporaryFolder { folder in
        var options = ExportOptions()
        options.target = try Target(parsing: "1@0x2")
        _ = try await explainer.export(to: folder + "/explained.onnx", options: options)
        let error = try await explainer.errorOfExport(
          at: folder + "/explained.onnx", options: options, for: Self.input)
        #expect(error < 1e-6)
        let outputs = try Model(contentsOf: folder + "/explained.onnx").network(inputShape: Self.input.shape)
          .outputs
        #expect(outputs.map(\.name) == ["y", "attribution"])
        #expect(outputs.map(\.shape) == [[1, 2, 3], Self.input.shape])
      }
    }
  }

  @Test("It is told that an arg-max stands behind")
  func told() async throws {
    try await Self.made(Self.endings[0]).opened { model in
      let resolved = try model.resolve(Question(), inputShape: Self.input.shape)
      #expect(resolved.finalActivation == "arg-max" && !resolved.isActivationAdded)
      #expect(resolved.explained?.shape == [1, 3, 2, 3])
      #expect(resolved.explained?.roles.unitAxis == 1)
    }
  }

  @Test("A softmax is added at each pixel where it is asked for")
  func softmax() async throws {
    try await Self.made(nil).opened { model in
      let scores = try await Predictor(model, inputShape: Self.input.shape)
      #expect(try await scores.predictions(of: Self.input)[0].units[0].probability == nil)
      let both = try await Predictor(model, inputShape: Self.input.shape, addsSoftmax: true)
      #expect(try await both.predictions(of: Self.input)[0].units[0].probability ?? 0 > 0.4)
    }
  }
}
