import SaliencyCore
import SaliencyTestSupport
import Testing

@Suite("Profiles of plans")
struct ProfileTests {
  /// A convolution, its gradient, a matrix product, and some work of our own between them; one convolution of constants.
  private static func network() throws -> Graph {
    var generator = SplitMix64(seed: 5)
    let builder = GraphBuilder()
    let x = builder.input("x", shape: [2, 16, 12, 12])
    func constant(_ shape: Shape) -> Value { builder.constant(.random(shape, using: &generator)) }
    let folded = constant([2, 16, 12, 12]).applying(
      Convolution(geometry: .init(rank: 2)), constant([16, 16, 1, 1]))
    let hidden = (x + folded).applying(
      Convolution(geometry: .init(rank: 2, before: [2, 2])), constant([32, 16, 5, 5]), name: "conv"
    ).rectified()
    let scores = hidden.mean([2, 3]).reshaped(to: [2, 32]).applying(
      MatrixProduct(), constant([32, 10]), name: "head")
    let gradient = try Differentiation(of: scores, seed: scores, withRespectTo: [x]).gradients[0]!
    return try builder.graph(outputs: [scores, gradient])
  }

  private static let input = [
    "x": Tensor(shape: [2, 16, 12, 12], values: .init(repeating: 0.5, count: 4_608))
  ]

  @Test("a profile times each step of the plan, and its kinds and nodes add up to all of them")
  func everyStep() async throws {
    let executor = try Executor(threadCount: 1)
    let plan = try await executor.compile(Self.network())
    let profile = try await executor.profile(plan, Self.input, runs: 3)
    #expect(profile.steps.map(\.node) == plan.stepDescriptions.map(\.node))
    #expect(
      profile.steps.map { [$0.kind, $0.implementation].compactMap { $0 }.joined(separator: " ") }
        == plan.stepDescriptions.map(\.work))
    #expect(profile.steps.allSatisfy { $0.milliseconds > 0 })
    for shares in [profile.kinds, profile.nodes] {
      #expect(shares.reduce(0) { $0 + $1.stepCount } == profile.steps.count)
      #expect(abs(shares.reduce(0) { $0 + $1.fraction } - 1) < 1e-9)
      #expect(abs(shares.reduce(0) { $0 + $1.milliseconds } - profile.milliseconds) < 1e-9)
      #expect(shares.map(\.milliseconds) == shares.map(\.milliseconds).sorted(by: >))
      #expect(Set(shares.map(\.name)).count == shares.count)
    }
    #expect(profile.kinds.contains { $0.name == "convolution forward" && $0.stepCount == 1 })
    #expect(profile.nodes.contains { $0.name == "conv" })
  }

  @Test("a profiled plan still gives its results")
  func resultsStay() async throws {
    let executor = try Executor(threadCount: 1)
    let plan = try await executor.compile(Self.network())
    let before = try await executor.run(plan, Self.input).map(\.values)
    _ = try await executor.profile(plan, Self.input, runs: 2)
    #expect(try await executor.run(plan, Self.input).map(\.values) == before)
  }

  @Test("steps are counted by what they are")
  func counts() async throws {
    let plan = try await sharedExecutor.compile(Self.network())
    let counts = plan.stepCounts
    #expect(counts.primitives + counts.reorders + counts.kernels == plan.stepDescriptions.count)
    #expect(counts.reorders == plan.stepDescriptions.count { $0.work.hasPrefix("reorder ") })
    #expect(counts.oneDNNCalls == counts.primitives + counts.reorders)
    #expect(counts.primitives >= 2)
    #expect(counts.kernels >= 2)
  }

  @Test("bare primitives are the convolutions and matrix products that depend on the input")
  func bare() async throws {
    let executor = try Executor(threadCount: 1)
    let bare = try await executor.barePrimitives(of: Self.network())
    let works = bare.descriptions.map { $0.work.split(separator: " ").prefix(2).joined(separator: " ") }
    #expect(
      works.sorted() == [
        "convolution backward", "convolution forward", "matrix product", "matrix product",
      ])
    #expect(try await executor.time(bare) > 0)
    let other = try Executor(threadCount: 1)
    let error = await #expect(throws: GraphError.self) { try await other.time(bare) }
    #expect(error?.code == .execution)
  }

  @Test("grouped, strided, dilated and batched ones are among them")
  func bareForms() async throws {
    var generator = SplitMix64(seed: 6)
    let builder = GraphBuilder()
    let x = builder.input("x", shape: [2, 8, 9, 9])
    func convolution(_ geometry: WindowGeometry, _ kernel: Shape, groups: Int) -> Value {
      x.applying(
        Convolution(geometry: geometry, groups: groups), builder.constant(.random(kernel, using: &generator)))
    }
    let rows = x.reshaped(to: [2, 8, 81])
    let values = [
      convolution(.init(rank: 2, strides: [2, 2], before: [1, 1]), [8, 1, 3, 3], groups: 8),
      convolution(.init(rank: 2, dilations: [2, 2]), [4, 4, 3, 3], groups: 2),
      rows.applying(MatrixProduct(transposesRight: true), rows),
      rows.applying(MatrixProduct(), builder.constant(.random([81, 5], using: &generator))),
    ]
    let gradients = try values.map { try Differentiation(of: $0, seed: $0, withRespectTo: [x]).gradients[0]! }
    let bare = try await sharedExecutor.barePrimitives(of: builder.graph(outputs: values + gradients))
    #expect(bare.descriptions.count { $0.work.hasPrefix("convolution forward") } == 2)
    #expect(bare.descriptions.count { $0.work.hasPrefix("convolution backward") } == 2)
    #expect(bare.descriptions.count { $0.work.hasPrefix("matrix product") } == 5)
    #expect(try await sharedExecutor.time(bare) > 0)
  }
}
