import Saliency
import SaliencyCore
import Testing

/// Formulas of losses and modifiers whose shapes do not fit.
@Suite("Bad formulas")
struct BadFormulaTests {
  struct Formula: Sendable, CustomTestStringConvertible {
    let about: String
    let message: String
    let body: @Sendable (Value) -> Value
    var testDescription: String { about }
  }

  /// Formulas over 'hidden', of 1×3, that do not fit.
  static let formulas: [Formula] = [
    Formula(
      about: "operands that do not fit",
      message: "node 'loss/mine' (Subtraction): operands of 1×3 and 4 do not broadcast to one shape"
    ) { $0 - $0.builder.constant(Tensor(shape: [4], values: [1, 2, 3, 4])) },
    Formula(
      about: "a slice beyond the axis",
      message: "node 'loss/mine': elements 2..<5 of axis 1 do not exist in a value of 1×3"
    ) { $0[axis: 1, 2..<5] },
    Formula(
      about: "an axis that does not exist",
      message: "node 'loss/mine': elements 0..<1 of axis 2 do not exist in a value of 1×3"
    ) { $0[axis: 2, 0..<1] },
    Formula(
      about: "a sum over an axis that does not exist",
      message: "node 'loss/mine' (Reduction): axes [3] are not distinct axes of 1×3"
    ) { $0.sum([3]) },
    Formula(
      about: "the largest over an axis that does not exist",
      message: "node 'loss/mine' (MinMaxReduction): axes [-7] are not distinct axes of 1×3"
    ) { $0.largest([-7]) },
    Formula(
      about: "a softmax over an axis that does not exist", message: "node 'loss/mine' (Softmax): "
    ) { $0.softmax(axis: 4) },
    Formula(
      about: "another shape of another size", message: "node 'loss/mine' (Reshape): "
    ) { $0.reshaped(to: [2, 2]) },
    Formula(
      about: "a shape with a negative extent", message: "node 'loss/mine' (Reshape): "
    ) { $0.reshaped(to: [-1, -3]) },
    Formula(
      about: "a gate of another shape", message: "node 'loss/mine' (Gate): "
    ) { $0.gated(by: $0.sum(), above: 0) },
    Formula(
      about: "a shape that it does not broadcast to", message: "node 'loss/mine' (Broadcast): "
    ) { $0.broadcast(to: [2, 2]) },
    Formula(about: "an order of other axes", message: "node 'loss/mine' (Transpose): ") {
      $0.transposed([0, 2])
    },
  ]

  @Test("A formula whose shapes do not fit is refused with the name of its loss", arguments: formulas)
  func shapes(_ formula: Formula) async throws {
    let model = try HandQuestion.network("softmax")
    let error = await #expect(throws: GraphError.self) {
      try await Explainer(model, losses: [(Loss("mine", of: "hidden", formula.body), 1)])
    }
    #expect(error?.code == .shapeMismatch)
    #expect(error?.description.hasPrefix(formula.message) == true, "\(error?.description ?? "")")
  }

  @Test("A rule whose shapes do not fit is refused with its name and the node")
  func ruleShapes() async throws {
    let model = try HandQuestion.network("softmax")
    func message(_ body: @escaping @Sendable (Value) -> [Value?]) async throws -> String {
      let rule = BackpropRule("mine") { operation, _, _, gradient in
        operation is Rectifier ? body(gradient) : nil
      }
      let error = await #expect(throws: GraphError.self) {
        try await Explainer(model, method: .custom(rule))
      }
      return error?.description ?? ""
    }
    let beginning = "node 'relu' (Rectifier): under rule 'mine' "
    #expect(try await message { [$0, $0] } == beginning + "2 gradients are given for 1 operand")
    #expect(
      try await message { [$0.sum()] } == beginning + "a gradient of 1×1 does not fit an operand of 1×3")
    #expect(
      try await message { _ in [GraphBuilder().constant(Tensor(1))] }
        == beginning + "a gradient belongs to another graph")
    let four = Tensor(shape: [4], values: [1, 2, 3, 4])
    #expect(
      try await message { [$0 * $0.builder.constant(four)] }
        == "node 'relu/mine' (Multiplication): operands of 1×3 and 4 do not broadcast to one shape")
  }

  @Test("A modifier whose shapes do not fit is refused with its name")
  func modifierShapes() async throws {
    let model = try HandQuestion.network("softmax")
    let modifier = GradientModifier("mine") {
      $0 + $0.builder.constant(Tensor(shape: [3], values: [1, 2, 3]))
    }
    let error = await #expect(throws: GraphError.self) {
      try await Explainer(model, modifier: modifier)
    }
    #expect(error?.description.hasPrefix("node 'modifier/mine' (Addition): ") == true)
  }
}
