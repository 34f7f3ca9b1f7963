import SaliencyCore
import SaliencyTestSupport
import Testing

@Suite("Operations fed with rubbish")
struct FuzzTests {
  @Test(
    "Whatever the shapes and attributes, an operation is refused with a sentence or right",
    arguments: OperationFuzzer.names)
  func fuzz(_ name: String) async throws {
    var fuzzer = OperationFuzzer(seed: 17)
    var (refused, computed) = (0, 0)
    for _ in 0..<600 {
      let (operation, shapes) = fuzzer.make(name)
      let builder = GraphBuilder()
      let operands = shapes.enumerated().map { builder.input("\($0)", shape: $1) }
      let output = builder.append(operation, operands, name: "node")
      if let failure = builder.failure {
        refused += 1
        #expect(failure.message.count > 10 && failure.node?.isEmpty == false)
        continue
      }
      let positions = (shapes + [output.shape]).map { $0.reduce(1) { $0 * max($1, 1) } }
      if positions.max()! <= 500 && computed < 25 {
        computed += 1
        try await expectSoundResult(of: operation, output, operands, &fuzzer.generator)
      }
    }
    #expect(refused > 10, "the rubbish is not rubbish")
    #expect(computed > 10, "nothing but rubbish")
  }

  /// Expects the executor to compute what the reference evaluator does, gradients too, or to refuse by name.
  private func expectSoundResult(
    of operation: any SaliencyCore.Operation, _ output: Value, _ operands: [Value],
    _ generator: inout SplitMix64
  ) async throws {
    let builder = output.builder
    var outputs = [output]
    let hasConstantOperand =
      operation is Convolution || operation is TransposedConvolution || operation is GridSampling
      || operation is GridSamplingGradient
    let sources = hasConstantOperand ? Array(operands.prefix(1)) : operands
    let seed = builder.constant(.random(output.shape, using: &generator))
    outputs += try Differentiation(of: output, seed: seed, withRespectTo: sources).gradients.compactMap { $0 }
    let graph = try builder.graph(outputs: outputs)
    var inputs: [String: Tensor] = [:]
    for (index, operand) in operands.enumerated() {
      inputs["\(index)"] = .random(operand.shape, in: 0.5...2, using: &generator)
    }
    let expected = try ReferenceEvaluator.evaluate(graph, inputs.mapValues(ReferenceTensor.init))
    do {
      let plan = try await sharedExecutor.compile(graph)
      let results = try await sharedExecutor.run(plan, inputs)
      for (result, expected) in zip(results, expected) {
        let error = relativeError(result.values.map(Double.init), expected.values)
        #expect(
          error <= 1e-3,
          "\(operation) of \(operands.map(\.shape.text)): \(result.values.prefix(4)) for \(expected.values.prefix(4))"
        )
      }
    } catch let error as GraphError {
      #expect(error.node != nil && error.operation != nil, "\(error)")
    }
  }
}
