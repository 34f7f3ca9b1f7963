import SaliencyCore
import SaliencyTestSupport
import Testing

/// One executor for all tests of operations. On such small tensors a second thread would only wait for the first.
let sharedExecutor: Executor = {
  do { return try Executor(threadCount: 1) } catch { fatalError("\(error)") }
}()

/// Expects the executor, the reference evaluator and central differences to agree on `function` and its derivatives.
func expectAgreement(on function: CheckedFunction, seed: UInt64 = 1) async throws {
  let report = try await GradientChecker(sharedExecutor).check(function, seed: seed)
  #expect(report.value <= 1e-5, "value")
  #expect(report.gradient <= 1e-4, "gradient")
  #expect(report.derivative <= 1e-6, "derivative against central differences")
  #expect(report.secondGradient <= 1e-4, "second derivative")
  #expect(report.secondDerivative <= 1e-6, "second derivative against central differences")
}

/// Compiles and runs `graph` and expects what the reference evaluator computes.
func expectReferenceValues(
  of graph: Graph, _ inputs: [String: Tensor], tolerance: Double = 1e-5,
  sourceLocation: SourceLocation = #_sourceLocation
) async throws {
  let expected = try ReferenceEvaluator.evaluate(graph, inputs.mapValues(ReferenceTensor.init))
  let results = try await sharedExecutor.run(sharedExecutor.compile(graph), inputs)
  #expect(results.map(\.shape) == expected.map(\.shape), sourceLocation: sourceLocation)
  for (index, (result, expected)) in zip(results, expected).enumerated() {
    let error = relativeError(result.values.map(Double.init), expected.values)
    #expect(error <= tolerance, "output \(index)", sourceLocation: sourceLocation)
  }
}
