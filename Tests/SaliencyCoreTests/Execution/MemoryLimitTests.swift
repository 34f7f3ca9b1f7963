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

  @Test("plans that live share the limit, and give their bytes back when they are released")
  func shared() async throws {
    let needed = try await Executor().compile(Self.graph(rows: 100)).arenaByteCount
    let executor = try Executor(memoryLimit: needed * 3 / 2)
    var plan: Plan? = try await executor.compile(Self.graph(rows: 100))
    let error = await #expect(throws: GraphError.self) { try await executor.compile(Self.graph(rows: 100)) }
    #expect(error?.shortage?.availableByteCount == needed * 3 / 2 - needed)
    #expect(error?.message.contains("are left") == true)
    #expect(plan?.arenaByteCount == needed)
    plan = nil
    _ = try await executor.compile(Self.graph(rows: 100))
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
