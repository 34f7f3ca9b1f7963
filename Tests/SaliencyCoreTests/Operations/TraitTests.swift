import SaliencyCore
import SaliencyTestSupport
import Testing

@Suite("What operations say of themselves")
struct TraitTests {
  @Test("An operation that says that nothing of it is below 0 is right", arguments: OperationFuzzer.names)
  func signs(_ name: String) throws {
    var fuzzer = OperationFuzzer(seed: 5)
    for _ in 0..<400 {
      let (operation, shapes) = fuzzer.make(name)
      let properties = operation.traits.properties
      guard !properties.isDisjoint(with: [.nonNegative, .keepsNonNegative]) else { continue }
      let builder = GraphBuilder()
      let operands = shapes.enumerated().map { builder.input("\($0)", shape: $1) }
      let output = builder.append(operation, operands)
      guard builder.failure == nil,
        (shapes + [output.shape]).allSatisfy({ (1...500).contains($0.reduce(1, *)) })
      else { continue }
      let graph = try builder.graph(outputs: [output])
      let range: ClosedRange<Float> = properties.contains(.nonNegative) ? -2...2 : 0...2
      var inputs: [String: ReferenceTensor] = [:]
      for (index, shape) in shapes.enumerated() {
        inputs["\(index)"] = ReferenceTensor(.random(shape, in: range, using: &fuzzer.generator))
      }
      let result = try ReferenceEvaluator.evaluate(graph, inputs)[0].values
      #expect(!result.contains { $0 < 0 }, "\(operation) of \(inputs) gives \(result)")
    }
  }

  @Test(
    "Functions of one operand and of two say that they work element by element, and no other operation does")
  func elementwise() {
    for operation in CoverageTests.operations {
      let isElementwise = operation is any ElementwiseOperation || operation is any BinaryOperation
      #expect(operation.traits.properties.contains(.elementwise) == isElementwise, "\(operation.name)")
    }
  }

  @Test("Relevance has no rule for what networks are not made of, and one for all else")
  func relevance() {
    let unknown = CoverageTests.operations.filter { $0.traits.relevance == .unknown }.map(\.name)
    #expect(
      Set(unknown) == [
        "Constant", "MaximumPoolingGradient", "AveragePoolingGradient", "GridSamplingGradient",
        "PrincipalComponent",
      ])
  }
}
