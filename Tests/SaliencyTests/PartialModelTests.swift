import ONNXFormat
import Saliency
import SaliencyCore
import SaliencyTestSupport
import Testing

/// Models of which a part cannot be computed: the rest can be asked.
@Suite("Models of which a part cannot be computed")
struct PartialModelTests {
  /// What stands between the layer "kept", 1×4, and the output "y".
  struct Tail: Sendable, CustomTestStringConvertible {
    let about: String
    /// What is said where the output is asked.
    let words: [String]
    /// The layers that can be asked instead.
    let preceding: [String]
    let add: @Sendable (inout MadeModel) -> Void

    init(
      _ about: String, _ words: [String], preceding: [String] = ["kept"],
      _ add: @escaping @Sendable (inout MadeModel) -> Void
    ) {
      (self.about, self.words, self.preceding, self.add) = (about, words, preceding, add)
    }

    var testDescription: String { about }
  }

  /// x × (1, 2, −3, 4), rectified, and what follows.
  private static func model(_ tail: (inout MadeModel) -> Void) -> MadeModel {
    var model = MadeModel()
    model.input("x", [1, 4])
    model.weight("w", [4], [1, 2, -3, 4])
    model.node("Mul", ["x", "w"], ["scaled"])
    model.node("Relu", ["scaled"], ["kept"])
    tail(&model)
    model.output("y")
    return model
  }

  private static let tails: [Tail] = [
    Tail("an operator that nobody knows", ["an operator is not supported: org.Foo (node 'y')"]) {
      $0.node("Foo", ["kept"], ["y"], domain: "org")
    },
    Tail(
      "several operators that nobody knows, and what depends on them",
      ["2 operators are not supported: org.Bar (node 'b'), org.Foo (node 'a')"],
      preceding: ["scaled", "kept"]
    ) {
      $0.node("Foo", ["scaled"], ["a"], domain: "org")
      $0.node("Bar", ["kept"], ["b"], domain: "org")
      $0.node("Add", ["a", "b"], ["c"])
      $0.node("Relu", ["c"], ["y"])
    },
    Tail("the places of what is not zero", ["node 'places' (NonZero): ", "depends on the input"]) {
      $0.node("NonZero", ["kept"], ["places"])
      $0.node("Cast", ["places"], ["y"], ["to": .integer(1)])
    },
    Tail(
      "a shape that depends on the input", ["node 'y' (Reshape): ", "depends on the input"],
      preceding: ["scaled", "shape"]
    ) {
      $0.node("Cast", ["kept"], ["shape"], ["to": .integer(7)])
      $0.node("Reshape", ["scaled", "shape"], ["y"])
    },
    Tail(
      "an unknown operator and a shape that depends on the input",
      ["org.Foo (node 'a')", "node 'b' (NonZero): "]
    ) {
      $0.node("Foo", ["kept"], ["a"], domain: "org")
      $0.node("NonZero", ["kept"], ["b"])
      $0.node("Cast", ["b"], ["c"], ["to": .integer(1)])
      $0.node("MatMul", ["a", "c"], ["y"])
    },
    Tail(
      "a branch that depends on the input", ["node 'y' (If): its condition depends on the input"],
      preceding: ["condition", "kept"]
    ) {
      var (yes, no) = (MadeModel(), MadeModel())
      yes.node("Identity", ["kept"], ["t"])
      yes.output("t")
      no.node("Neg", ["kept"], ["e"])
      no.output("e")
      $0.integers("axes", [1], [1])
      $0.node("ReduceSum", ["scaled", "axes"], ["sum"], ["keepdims": .integer(0)])
      $0.node("Cast", ["sum"], ["condition"], ["to": .integer(9)])
      $0.node("If", ["condition"], ["y"], ["then_branch": .graph(yes), "else_branch": .graph(no)])
    },
    Tail("a function with an unknown operator inside", ["org.Foo (node 'y/b')"], preceding: ["y/a"]) {
      var body = MadeModel()
      body.node("Neg", ["in"], ["a"])
      body.node("Foo", ["a"], ["b"], domain: "org")
      body.node("Relu", ["b"], ["out"])
      $0.function("Tail", ["in"], ["out"], body)
      $0.node("Tail", ["kept"], ["y"], domain: "local")
    },
  ]

  private static let input = Tensor(shape: [1, 4], values: [1, 1, 1, 1])

  @Test("A layer before what cannot be computed is explained", arguments: tails)
  func layer(_ tail: Tail) async throws {
    try await Self.model(tail.add).opened { model in
      let explainer = try await Explainer(model, modifier: .none, layer: "kept")
      let units: [(unit: Int, slope: [Float])] = [(1, [0, 2, 0, 0]), (2, [0, 0, 0, 0]), (3, [0, 0, 0, 4])]
      for (unit, slope) in units {
        let attribution = try await explainer.attribution(of: Self.input, target: .unit(unit))
        #expect(attribution.values.values == slope)
      }
    }
  }

  @Test("The output that needs it is refused with all reasons, and with the layers before", arguments: tails)
  func output(_ tail: Tail) async throws {
    try await Self.model(tail.add).opened { model in
      let network = try model.network(inputShape: [1, 4])
      let obstacle = try #require(network.obstacle(to: network.outputs[0]))
      let names = tail.preceding.map { "'\($0)'" }.joined(separator: ", ")
      for words in tail.words + [
        "output 'y' cannot be computed: ", "before can be asked (--layer): \(names)",
      ] {
        #expect(obstacle.contains(words), "\(obstacle)")
      }
      #expect(network.availableOutputs.isEmpty)
      await #expect(throws: GraphError(.unavailable, obstacle)) { try await Explainer(model) }
      await #expect(throws: GraphError(.unavailable, obstacle)) { try await Predictor(model) }
      await #expect(throws: GraphError(.unavailable, obstacle)) {
        try await Explainer(model, method: Method(IntegratedGradients(steps: 8)))
      }
      await #expect(throws: GraphError(.unavailable, obstacle)) {
        try await model.export(to: model.path + ".copy")
      }
    }
  }

  @Test("A layer that cannot be computed is refused with the reasons", arguments: tails)
  func blockedLayer(_ tail: Tail) async throws {
    try await Self.model(tail.add).opened { model in
      let network = try model.network(inputShape: [1, 4])
      let last = try #require(network.blockedLayers.last)
      #expect(last.name == "y")
      let error = try #require(throws: SaliencyError.self) { try network.layer("y") }
      #expect(error.code == .unavailable && error.message.hasPrefix("layer 'y' cannot be computed: "))
      for words in tail.words { #expect(error.message.contains(words), "\(error)") }
      #expect(network.layers.map(\.name).starts(with: ["scaled", "kept"]))
    }
  }

  @Test("An output that does not need what cannot be computed is explained, and leaves as ONNX")
  func otherOutput() async throws {
    var model = Self.model { $0.node("Foo", ["kept"], ["y"], domain: "org") }
    model.node("Neg", ["kept"], ["z"])
    model.output("z")
    try await model.opened { model in
      let model = try model.selecting(output: "z")
      let explainer = try await Explainer(model, modifier: .none)
      let attribution = try await explainer.attribution(of: Self.input, target: .unit(3))
      #expect(attribution.values.values == [0, 0, 0, -4])
      #expect(try model.network(inputShape: [1, 4]).availableOutputs.map(\.name) == ["z"])
      let path = model.path + ".explained"
      _ = try await explainer.export(to: path)
      #expect(try ONNXModel(contentsOf: path).outputs == ["z", "attribution"])
    }
  }

  @Test("A node that breaks ONNX's rules is an error wherever it stands")
  func invalid() async throws {
    let made = Self.model { $0.node("Transpose", ["kept"], ["y"], ["perm": .integers([0, 0])]) }
    try await made.opened { model in
      #expect(throws: ONNXError.self) { try model.network(inputShape: [1, 4]) }
    }
  }
}
