import SaliencyCore
import SaliencyTestSupport
import Testing

@Suite("The executor")
struct ExecutorTests {
  /// A small network with its gradient: enough work for two threads, blocked layouts and our own kernels.
  private static func network() throws -> Graph {
    var generator = SplitMix64(seed: 11)
    let builder = GraphBuilder()
    let x = builder.input("x", shape: [1, 3, 32, 32])
    let padding = WindowGeometry(rank: 2, before: [1, 1])
    let hidden = x.applying(
      Convolution(geometry: padding), builder.constant(.random([24, 3, 3, 3], using: &generator))
    ).rectified()
    let pooled = hidden.applying(
      MaximumPooling(PoolingWindow(kernel: [2, 2], geometry: .init(rank: 2, strides: [2, 2]))))
    let deep = pooled.applying(
      Convolution(geometry: padding), builder.constant(.random([32, 24, 3, 3], using: &generator)))
    let scores = deep.applying(Softplus()).transposed([0, 2, 3, 1]).mean([1, 2]).reshaped(to: [1, 32])
      .applying(Softmax(axis: 1))
    let gradient = try Differentiation(of: scores, seed: scores, withRespectTo: [x], rule: .guided).gradients[
      0]!
    return try builder.graph(outputs: [scores, gradient])
  }

  private static func image(_ seed: UInt64) -> Tensor {
    var generator = SplitMix64(seed: seed)
    return .random([1, 3, 32, 32], using: &generator)
  }

  private func bits(_ tensors: [Tensor]) -> [[UInt32]] { tensors.map { $0.values.map(\.bitPattern) } }

  @Test("Runs give the reference values on one thread and on several", arguments: [1, 2])
  func threads(_ threadCount: Int) async throws {
    let executor = try Executor(threadCount: threadCount)
    #expect((1...threadCount).contains(executor.threadCount))
    let graph = try Self.network()
    let plan = try await executor.compile(graph)
    let result = try await executor.run(plan, ["x": Self.image(1)])
    let expected = try ReferenceEvaluator.evaluate(graph, ["x": ReferenceTensor(Self.image(1))])
    #expect(relativeError(result[0].values.map(Double.init), expected[0].values) < 1e-5)
    #expect(relativeError(result[1].values.map(Double.init), expected[1].values) < 1e-4)
  }

  @Test("An absurd number of threads is no reason to fail", arguments: [Int.min, -1, 0, 100_000, Int.max])
  func absurdThreads(_ threadCount: Int) async throws {
    let executor = try Executor(threadCount: threadCount)
    #expect((1...1_024).contains(executor.threadCount))
    let result = try await executor.run(executor.compile(Self.network()), ["x": Self.image(1)])
    #expect(result[1].firstNonFiniteIndex == nil)
  }

  @Test("Many tasks on one plan get the bytes that they would get alone")
  func concurrency() async throws {
    let executor = try Executor()
    let plan = try await executor.compile(Self.network())
    var alone: [[[UInt32]]] = []
    for seed in 0..<8 { alone.append(bits(try await executor.run(plan, ["x": Self.image(UInt64(seed))]))) }
    #expect(Set(alone).count == 8)
    try await withThrowingTaskGroup(of: (Int, [[UInt32]]).self) { group in
      for task in 0..<48 {
        group.addTask {
          (task % 8, bits(try await executor.run(plan, ["x": Self.image(UInt64(task % 8))])))
        }
      }
      for try await (seed, result) in group { #expect(result == alone[seed]) }
    }
  }

  @Test("Two executors at work at once give the same bytes")
  func twoExecutors() async throws {
    let executors = [try Executor(threadCount: 2), try Executor(threadCount: 2)]
    let graph = try Self.network()
    let plans = [try await executors[0].compile(graph), try await executors[1].compile(graph)]
    let expected = bits(try await executors[0].run(plans[0], ["x": Self.image(4)]))
    try await withThrowingTaskGroup(of: [[UInt32]].self) { group in
      for task in 0..<16 {
        group.addTask { bits(try await executors[task % 2].run(plans[task % 2], ["x": Self.image(4)])) }
      }
      for try await result in group { #expect(result == expected) }
    }
  }

  @Test("A plan is refused by an executor that did not compile it, and may outlive the one that did")
  func foreignPlan() async throws {
    func compiled() async throws -> Plan { try await Executor(threadCount: 1).compile(Self.network()) }
    let plan = try await compiled()
    let error = await #expect(throws: GraphError.self) {
      try await sharedExecutor.run(plan, ["x": Self.image(5)])
    }
    #expect(error?.code == .execution)
    #expect(error?.message.contains("the executor that compiled it") == true)
  }

  @Test("A call keeps its executor alive until the result is there")
  func lifetime() async throws {
    func run() async throws -> [Tensor] {
      let executor = try Executor(threadCount: 1)
      let plan = try await executor.compile(Self.network())
      return try await executor.run(plan, ["x": Self.image(5)])
    }
    for _ in 0..<5 { #expect(try await run().count == 2) }
  }

  @Test("Another input between two equal ones changes nothing")
  func noMemory() async throws {
    let plan = try await sharedExecutor.compile(Self.network())
    let before = bits(try await sharedExecutor.run(plan, ["x": Self.image(1)]))
    let huge = Tensor(shape: [1, 3, 32, 32], values: [Float](repeating: .nan, count: 3 * 32 * 32))
    _ = try await sharedExecutor.run(plan, ["x": huge])
    #expect(bits(try await sharedExecutor.run(plan, ["x": Self.image(1)])) == before)
  }

  @Test("A missing or misshapen tensor is refused by the input's name; one too many is passed over")
  func wrongInputs() async throws {
    let plan = try await sharedExecutor.compile(Self.network())
    let missing = await #expect(throws: GraphError.self) { try await sharedExecutor.run(plan, [:]) }
    #expect(missing?.code == .inputMismatch)
    #expect(missing?.description.contains("input 'x'") == true)
    let wrong = await #expect(throws: GraphError.self) {
      try await sharedExecutor.run(
        plan, ["x": Tensor(shape: [1, 3, 32], values: [Float](repeating: 0, count: 96))])
    }
    #expect(wrong?.description.contains("takes a tensor of 1×3×32×32, not 1×3×32") == true)
    let result = try await sharedExecutor.run(plan, ["x": Self.image(1), "y": Tensor(1)])
    #expect(result.count == 2)
  }
}
