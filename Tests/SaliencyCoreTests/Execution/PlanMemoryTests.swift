import SaliencyCore
import SaliencyTestSupport
import Testing

@Suite("What plans of one executor share")
struct PlanMemoryTests {
  private static let kernel = numbers([32, 16, 3, 3])

  private static func numbers(_ shape: Shape) -> Tensor {
    Tensor(shape: shape, values: (0..<shape.elementCount).map { Float($0 * 7_919 % 1_009) / 504 - 1 })
  }

  /// A convolution of images of a size, and something behind it.
  private static func graph(
    size: Int, kernel: Tensor = kernel, _ ending: (Value) -> Value = { $0 }
  ) throws -> Graph {
    let builder = GraphBuilder()
    let x = builder.input("x", shape: [1, 16, size, size])
    let convolved = x.applying(Convolution(geometry: .init(rank: 2)), builder.constant(kernel))
    return try builder.graph(outputs: [ending(convolved)])
  }

  private static func result(_ graph: Graph, on executor: Executor, _ plan: Plan? = nil) async throws
    -> [Float]
  {
    let compiled = if let plan { plan } else { try await executor.compile(graph) }
    return try await executor.run(compiled, ["x": numbers(compiled.inputs[0].shape)])[0].values
  }

  @Test("weights that are packed alike count once, and results once for the largest plan")
  func once() async throws {
    let executor = try Executor()
    let first = try await executor.compile(Self.graph(size: 24))
    let second = try await executor.compile(Self.graph(size: 24) { $0.rectified() })
    let third = try await executor.compile(Self.graph(size: 24) { $0.power(2) * 3 })
    let plans = [first, second, third]
    let weights = first.constantByteCount
    #expect(weights >= 4 * Self.kernel.values.count)
    #expect(plans.allSatisfy { $0.constantByteCount - weights < 4_096 })
    let largest = plans.map(\.arenaByteCount).max()!
    #expect(executor.plannedByteCount >= weights + largest)
    #expect(executor.plannedByteCount < weights + largest + 3 * 4_096)
  }

  @Test("plans that take turns give what each of them gives alone")
  func turns() async throws {
    let executor = try Executor()
    let graphs = try [
      Self.graph(size: 12), Self.graph(size: 32) { $0.rectified() }, Self.graph(size: 20) { $0.power(2) * 3 },
    ]
    var (plans, expected): ([Plan], [[Float]]) = ([], [])
    for graph in graphs {
      plans.append(try await executor.compile(graph))
      expected.append(try await Self.result(graph, on: Executor(threadCount: executor.threadCount)))
    }
    for index in [0, 1, 0, 2, 1, 0, 2, 0] {
      #expect(try await Self.result(graphs[index], on: executor, plans[index]) == expected[index])
    }
    plans.removeLast(2)
    #expect(try await Self.result(graphs[0], on: executor, plans[0]) == expected[0])
    plans = []
    #expect(executor.plannedByteCount == 0)
  }

  @Test("weights that differ in one element are two")
  func different() async throws {
    let executor = try Executor()
    var values = Self.kernel.values
    values[2_305] += 1
    let other = Tensor(shape: Self.kernel.shape, values: values)
    let first = try await executor.compile(Self.graph(size: 24))
    let found = try await Self.result(Self.graph(size: 24, kernel: other), on: executor)
    let expected = try await Self.result(
      Self.graph(size: 24, kernel: other), on: Executor(threadCount: executor.threadCount))
    #expect(found == expected)
    #expect(try await Self.result(Self.graph(size: 24), on: executor, first) != found)
  }
}
