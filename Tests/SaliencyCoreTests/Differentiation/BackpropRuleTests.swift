import SaliencyCore
import SaliencyTestSupport
import Testing

@Suite("Rules of backpropagation")
struct BackpropRuleTests {
  /// x → W → rectifier → V: three inputs, four hidden units, one output.
  ///
  /// W·x is (2, −1, 0, 7) for x = (1, 2, 3).
  private struct Net {
    let builder = GraphBuilder()
    let x: Value
    let hidden: Value
    let output: Value

    init(rectifier: any SaliencyCore.Operation = Rectifier()) {
      x = builder.input("x", shape: [1, 3])
      let w = builder.constant(
        Tensor(
          shape: [3, 4],
          values: [
            2, 1, 3, 1,
            0, -1, 0, 0,
            0, 0, -1, 2,
          ]))
      hidden = x.applying(MatrixProduct(), w).applying(rectifier, name: "hidden")
      output = hidden.applying(
        MatrixProduct(), builder.constant(Tensor(shape: [4, 1], values: [-5, 10, 20, 3])))
    }

    func gradient(_ rule: BackpropRule?) async throws -> [Float] {
      let gradient = try Differentiation(
        of: output, seed: builder.constant(Tensor(shape: [1, 1], values: [1])), withRespectTo: [x], rule: rule
      ).gradients[0]!
      let plan = try await sharedExecutor.compile(builder.graph(outputs: [gradient]))
      return try await sharedExecutor.run(plan, ["x": Tensor(shape: [1, 3], values: [1, 2, 3])])[0].values
    }
  }

  @Test("The true gradient passes where the rectifier passes, and at 0 it does not")
  func plain() async throws {
    // Units 0 and 3 pass: −5·(2, 0, 0) + 3·(1, 0, 2).
    #expect(try await Net().gradient(nil) == [-7, 0, 6])
  }

  @Test("Guided backpropagation drops the negative gradient as well")
  func guided() async throws {
    // Unit 3 passes with a positive gradient: 3·(1, 0, 2).
    #expect(try await Net().gradient(.guided) == [3, 0, 6])
  }

  @Test("Rectified backpropagation looks at the gradient alone")
  func rectified() async throws {
    // Units 1, 2, 3 have positive gradients: 10·(1, −1, 0) + 20·(3, 0, −1) + 3·(1, 0, 2).
    #expect(try await Net().gradient(.rectified) == [73, -10, -14])
  }

  @Test("A rectifier with a ceiling does not pass at or above it, but for the rectified rule")
  func ceiling() async throws {
    let net = { Net(rectifier: Rectifier(ceiling: 7)) }
    #expect(try await net().gradient(nil) == [-10, 0, 0])
    #expect(try await net().gradient(.guided) == [0, 0, 0])
    #expect(try await net().gradient(.rectified) == [73, -10, -14])
  }

  @Test(
    "Other activations keep their derivative, and the report says that nothing was overridden",
    arguments: [
      LeakyRectifier(slope: 0.5), Clamp(lower: 0, upper: 6), ExponentialLinear(alpha: 1), Sigmoid(),
    ]
      as [any SaliencyCore.Operation])
  func othersAreKept(_ activation: any SaliencyCore.Operation) async throws {
    for rule in [BackpropRule.guided, .rectified] {
      let net = Net(rectifier: activation)
      let differentiation = try Differentiation(
        of: net.output, seed: net.output, withRespectTo: [net.x], rule: rule)
      #expect(differentiation.overridden.isEmpty)
      #expect(try await Net(rectifier: activation).gradient(rule) == Net(rectifier: activation).gradient(nil))
    }
  }

  @Test("Every rectifier on the path is overridden once, in topological order, and none beside it")
  func overridden() throws {
    let builder = GraphBuilder()
    let x = builder.input("x", shape: [4])
    let first = x.rectified()
    let second = (first * 2).rectified()
    let beside = builder.input("other", shape: [4]).rectified()
    let unused = first.rectified()
    let output = first + second * beside
    let rectified = try Differentiation(of: output, seed: output, withRespectTo: [x], rule: .rectified)
    #expect(rectified.overridden == [first.index, second.index])
    #expect(!rectified.overridden.contains(beside.index) && !rectified.overridden.contains(unused.index))
  }

  @Test("A rectifier that is read twice receives the sum of both gradients before the rule applies")
  func sharedRectifier() async throws {
    let builder = GraphBuilder()
    let x = builder.input("x", shape: [3])
    let hidden = x.rectified()
    let a = builder.constant(Tensor(shape: [3], values: [5, 5, 5]))
    let b = builder.constant(Tensor(shape: [3], values: [-3, -8, -3]))
    let output = hidden * a + hidden * b
    let ones = builder.constant(Tensor(shape: [3], values: [1, 1, 1]))
    var gradients: [Value] = []
    for rule in [nil, BackpropRule.guided, .rectified] {
      let differentiation = try Differentiation(of: output, seed: ones, withRespectTo: [x], rule: rule)
      gradients.append(differentiation.gradients[0]!)
      #expect(differentiation.overridden == (rule == nil ? [] : [hidden.index]))
    }
    let plan = try await sharedExecutor.compile(builder.graph(outputs: gradients))
    let result = try await sharedExecutor.run(plan, ["x": Tensor(shape: [3], values: [1, 1, -1])])
    #expect(result.map(\.values) == [[2, -3, 0], [2, 0, 0], [2, 0, 2]])
  }

  @Test("A rule of one's own replaces what it matches and leaves the rest")
  func custom() async throws {
    let straightThrough = BackpropRule("straight through") { operation, _, _, gradient in
      operation is Rectifier ? [gradient] : nil
    }
    // All four units pass: −5·(2, 0, 0) + 10·(1, −1, 0) + 20·(3, 0, −1) + 3·(1, 0, 2).
    #expect(try await Net().gradient(straightThrough) == [63, -10, -14])
  }

  @Test("A rule that gives no gradient cuts the path")
  func cut() throws {
    let net = Net()
    let rule = BackpropRule("cut") { operation, _, _, _ in operation is Rectifier ? [nil] : nil }
    let differentiation = try Differentiation(
      of: net.output, seed: net.output, withRespectTo: [net.x, net.hidden], rule: rule)
    #expect(differentiation.gradients[0] == nil)
    #expect(differentiation.gradients[1] != nil)
    #expect(differentiation.overridden == [net.hidden.index])
  }

  @Test("A rule sees the operands, the result and the gradient of the node that it replaces")
  func context() async throws {
    let rule = BackpropRule("gradient × input − output") { operation, inputs, output, gradient in
      operation is Rectifier ? [gradient * inputs[0] - output] : nil
    }
    let builder = GraphBuilder()
    let x = builder.input("x", shape: [2])
    let seed = builder.constant(Tensor(shape: [2], values: [10, 10]))
    let gradient = try Differentiation(of: x.rectified(), seed: seed, withRespectTo: [x], rule: rule)
      .gradients[0]!
    let plan = try await sharedExecutor.compile(builder.graph(outputs: [gradient]))
    let result = try await sharedExecutor.run(plan, ["x": Tensor(shape: [2], values: [3, -4])])
    #expect(result[0].values == [27, -40])
  }

  /// A rule that is wrong, and what the error says.
  static let wrongRules: [(rule: BackpropRule, message: String)] = [
    (BackpropRule("none") { operation, _, _, _ in operation is Rectifier ? [] : nil }, "0 gradients"),
    (
      BackpropRule("two") { operation, _, _, gradient in operation is Rectifier ? [gradient, gradient] : nil
      },
      "2 gradients are given for 1 operand"
    ),
    (
      BackpropRule("reshaped") { operation, _, _, gradient in
        operation is Rectifier ? [gradient.reshaped(to: [4])] : nil
      }, "a gradient of 4 does not fit an operand of 1×4"
    ),
    (
      BackpropRule("summed") { operation, _, _, gradient in operation is Rectifier ? [gradient.sum()] : nil },
      "a gradient of 1×1 does not fit"
    ),
    (
      BackpropRule("impossible") { operation, _, _, gradient in
        operation is Rectifier ? [gradient.reshaped(to: [5])] : nil
      }, "cannot become 5"
    ),
    (
      BackpropRule("foreign") { operation, _, _, gradient in
        operation is Rectifier ? [GraphBuilder().input("x", shape: [1, 4])] : nil
      }, "another graph"
    ),
    (
      BackpropRule("mixed") { operation, _, _, gradient in
        operation is Rectifier ? [gradient + GraphBuilder().input("x", shape: [1, 4])] : nil
      }, "another graph"
    ),
  ]

  @Test("A wrong rule gets an error that names the node", arguments: wrongRules.indices)
  func wrong(_ index: Int) throws {
    let net = Net()
    let error = #expect(throws: GraphError.self) {
      try Differentiation(
        of: net.output, seed: net.output, withRespectTo: [net.x], rule: Self.wrongRules[index].rule)
    }
    let description = try #require(error?.description)
    #expect(description.contains("hidden"))
    #expect(description.contains(Self.wrongRules[index].message))
  }
}
