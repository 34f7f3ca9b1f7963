import Saliency

/// Times one call for each line of standard input.
final class BenchServer {
  private let model: Model
  private let shape: Shape?
  private let input: Tensor?
  private let executor: Executor
  private var benchmarks: [String: Benchmark] = [:]
  private var bare: [String: BarePrimitives] = [:]

  init(_ model: Model, shape: Shape?, input: Tensor?, executor: Executor) {
    (self.model, self.shape, self.input, self.executor) = (model, shape, input, executor)
  }

  /// Answers until the input ends.
  func run() async throws {
    while let line = readLine() {
      let word = String(line.filter { $0 != " " })
      guard !word.isEmpty else { continue }
      try StandardOutput.print(String(try await time(word)))
    }
  }

  /// The milliseconds of one call, which is warmed up where it is the first.
  private func time(_ word: String) async throws -> Double {
    switch word {
    case "forward": return try await benchmark("gradient").timeForward()
    case "limit", "limit-forward":
      if bare[word] == nil {
        let benchmark = try await benchmark("gradient")
        let primitives =
          word == "limit"
          ? try await benchmark.explainer.barePrimitives() : try await benchmark.predictor.barePrimitives()
        for _ in 0..<Benchmark.warmUpCount { _ = try await executor.time(primitives) }
        bare[word] = primitives
      }
      return try await executor.time(bare[word]!)
    default:
      return try await benchmark(word).timeGradient()
    }
  }

  private func benchmark(_ text: String) async throws -> Benchmark {
    if let known = benchmarks[text] { return known }
    let method: Saliency.Method
    do throws(SaliencyError) {
      method = try Method(parsing: text)
    } catch {
      throw Failure(
        "'\(text)' cannot be measured; write forward, limit, limit-forward, or a method: \(error)",
        exitCode: Failure.usage)
    }
    let benchmark = try await Benchmark(
      model, method: method, inputShape: shape, input: input, executor: executor)
    try await benchmark.warmUp()
    benchmarks[text] = benchmark
    return benchmark
  }
}
