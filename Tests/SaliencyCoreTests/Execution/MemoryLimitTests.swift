import SaliencyCore
import SaliencyTestSupport
import Testing

@Suite("A limit on memory")
struct MemoryLimitTests {
  /// A network of 4,000 bytes of results a row and hardly any weights.
  private static func graph(rows: Int) throws -> Graph {
    let builder = GraphBuilder()
    let x = builder.input("x", shape: [rows, 1_000])
    return try builder.graph(outputs: [x.applying(Softplus()) * x])
  }

  private static func weights() throws -> Graph {
    let builder = GraphBuilder()
    let x = builder.input("x", shape: [1, 16, 8, 8])
    let kernel = builder.constant(Tensor(shape: [512, 16, 3, 3], values: .init(repeating: 1, count: 73_728)))
    return try builder.graph(outputs: [x.applying(Convolution(geometry: .init(rank: 2)), kernel).sum()])
  }

  @Test("what a plan takes is what it is refused for, and what is enough for it")
  func exact() async throws {
    let needed = try await Executor().compile(Self.graph(rows: 100)).arenaByteCount
    #expect(needed >= 800_000)
    let executor = try Executor(memoryLimit: needed)
    #expect(executor.memoryLimit == needed)
    _ = try await executor.compile(Self.graph(rows: 100))
    let tight = try Executor(memoryLimit: needed - 1)
    let error = await #expect(throws: GraphError.self) { try await tight.compile(Self.graph(rows: 100)) }
    #expect(error?.code == .outOfMemory)
    #expect(error?.shortage == .init(neededByteCount: needed, availableByteCount: needed - 1))
    #expect(error?.message.contains("100×1000") == true)
    #expect(error?.message.contains("memory limit") == true)
  }

  @Test("plans run in turn, so that another needs what its results take beyond those of the largest")
  func shared() async throws {
    let small = try await Executor().compile(Self.graph(rows: 100)).arenaByteCount
    let large = try await Executor().compile(Self.graph(rows: 150)).arenaByteCount
    let executor = try Executor(memoryLimit: large)
    let first = try await executor.compile(Self.graph(rows: 100))
    #expect(executor.plannedByteCount == small && first.arenaByteCount == small)
    var second: Plan? = try await executor.compile(Self.graph(rows: 150))
    #expect(executor.plannedByteCount == large && second?.arenaByteCount == large)
    let error = await #expect(throws: GraphError.self) { try await executor.compile(Self.graph(rows: 300)) }
    #expect(error?.shortage?.availableByteCount == 0)
    #expect(error?.message.contains("are left") == true)
    second = nil
    #expect(executor.plannedByteCount == small)
    _ = try await executor.compile(Self.graph(rows: 150))
  }

  @Test("weights count, and those that are too large are refused while they are packed")
  func weightsCount() async throws {
    let plan = try await Executor().compile(Self.weights())
    #expect(plan.constantByteCount >= 294_912)
    let total = plan.constantByteCount + plan.arenaByteCount
    for limit in [0, 100_000, total - 1] {
      let executor = try Executor(memoryLimit: limit)
      let error = await #expect(throws: GraphError.self) { try await executor.compile(Self.weights()) }
      #expect(error?.code == .outOfMemory)
      #expect((error?.shortage?.neededByteCount ?? 0) > limit)
    }
  }
}
