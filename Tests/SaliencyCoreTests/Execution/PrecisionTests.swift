import CVectorKernels
import OneDNN
import SaliencyTestSupport
import Testing

@testable import SaliencyCore

@Suite("Precision")
struct PrecisionTests {
  @Test("bfloat16 is refused, with a reason, where the processor lacks it")
  func refusal() throws {
    let without = Processor(instructions: .avx512)
    let error = #expect(throws: GraphError.self) { try Precision.bf16.requireSupport(by: without) }
    #expect(error?.code == .unsupported)
    #expect(
      error?.description
        == "precision bf16 is not supported: this processor has no instructions for bfloat16 (avx512_bf16 or amx_bf16), "
        + "without which it would be slower than fp32")
    try Precision.fp32.requireSupport(by: without)
    try Precision.bf16.requireSupport(by: Processor(instructions: .avx512WithBFloat16))
  }

  @Test("an executor computes in single precision unless it is told otherwise")
  func single() throws {
    #expect(sharedExecutor.precision == .fp32)
  }

  @Test("the kernels round to the nearest number of bfloat16, halves to even", arguments: vectorLevels)
  func rounding(level: VectorLevel) {
    let halves: [Float] = [0x1.01p0, 0x1.03p0, -0x1.01p0, Float(0x1.01p0).nextUp, Float(0x1.01p0).nextDown]
    let special: [Float] = [
      0, -0.0, .infinity, -.infinity, .nan, -.nan, .greatestFiniteMagnitude, .leastNonzeroMagnitude, 0x1p-130,
    ]
    var generator = SplitMix64(seed: 3)
    let numbers = halves + special + Tensor.random([1_100], in: -9...9, using: &generator).values
    let narrow = Self.copy(numbers, from: .single, to: .brainFloat, level)
    let wide = Self.copy(narrow, from: .brainFloat, to: .single, level)
    for (number, result) in zip(numbers, wide) {
      #expect(
        number.isNaN ? result.isNaN : result == Self.rounded(number),
        "\(number) becomes \(result), level \(level.rawValue)")
    }
    #expect(wide[0] == 1 && wide[1] == 0x1.04p0 && wide[2] == -1)
  }

  /// The definition: the nearer of the two neighbors in bfloat16, and of two equally near ones the even one.
  private static func rounded(_ number: Float) -> Float {
    guard number.isFinite else { return number }
    let below = Float(bitPattern: number.bitPattern & 0xffff_0000)
    let above = Float(bitPattern: (number.bitPattern & 0xffff_0000) &+ 0x1_0000)
    let distances = (
      abs(Double(number) - Double(below)),
      above.isFinite ? abs(Double(above) - Double(number)) : 0x1p120 - abs(Double(number) - Double(below))
    )
    if distances.0 == distances.1 { return below.bitPattern & 0x1_0000 == 0 ? below : above }
    return distances.0 < distances.1 ? below : above
  }

  /// What a kernel that copies writes, as numbers of 32 bits, of which it may fill the first half.
  private static func copy(
    _ numbers: [Float], from type: ElementType, to result: ElementType, _ level: VectorLevel
  ) -> [Float] {
    let kernel = VectorKernel(
      ElementwiseProgram(VectorForm(steps: [.copy], order: [0])), walks: [nil], types: [type],
      resultType: result, level: level)
    var results = [Float](repeating: 0, count: numbers.count)
    numbers.withUnsafeBufferPointer { numbers in
      results.withUnsafeMutableBufferPointer { results in
        kernel.run(
          KernelArguments(
            inputs: [numbers.baseAddress!], output: results.baseAddress!, team: ThreadTeam(threadCount: 1)),
          count: results.count)
      }
    }
    return results
  }
}

@Suite(
  "Networks in bfloat16",
  .enabled(
    if: Processor.current.hasBFloat16,
    "SKIPPED, NOT TESTED: this processor has neither avx512_bf16 nor amx_bf16"))
struct BrainFloatTests {
  /// What stands between two convolutions, by name; `isSmooth` where no derivative jumps.
  struct Middle: Sendable, CustomStringConvertible {
    let description: String
    var isSmooth = true
    let body: @Sendable (_ value: Value, _ input: Value, _ constant: (Shape) -> Value) -> Value
  }

  private static let window = PoolingWindow(
    kernel: [3, 3], geometry: .init(rank: 2, strides: [2, 2], before: [1, 1], after: [1, 1]))

  static let middles: [Middle] = [
    Middle(description: "nothing") { value, _, _ in value },
    Middle(description: "a hyperbolic tangent") { value, _, _ in value.hyperbolicTangent() },
    Middle(description: "a rectifier", isSmooth: false) { value, _, _ in value.rectified() },
    Middle(description: "a rectifier and a residual", isSmooth: false) { value, _, _ in
      value.rectified() + value
    },
    Middle(description: "a maximum pooling", isSmooth: false) { value, _, _ in
      value.applying(MaximumPooling(window))
    },
    Middle(description: "an average pooling") { value, _, _ in
      value.applying(AveragePooling(window, includesPadding: false))
    },
    Middle(description: "a squeezed factor") { value, _, _ in value * value.mean([2, 3]).sigmoid() },
    Middle(description: "a factor by channel") { value, _, constant in value * constant([1, 32, 1, 1]) + 1 },
    Middle(description: "numbers of single precision") { value, input, _ in value * input + input },
    Middle(description: "a concatenation with single precision") { value, input, _ in
      value.applying(Concatenation(axis: 1), input, value)
    },
    Middle(description: "a slice") { value, _, _ in value.sliced(axis: 2, from: 1, count: 5) },
    Middle(description: "a transposition") { value, _, _ in
      value.transposed([0, 1, 3, 2]).hyperbolicTangent()
    },
    Middle(description: "a softmax over channels") { value, _, _ in value.softmax(axis: 1) * 8 },
    Middle(description: "a normalization") { value, _, _ in value.standardised(over: [1], epsilon: 1e-3) },
    Middle(description: "matrices of a batch") { value, _, _ in
      let rows = value.reshaped(to: [1, 4, 8, 64])
      return rows.applying(MatrixProduct(transposesRight: true), rows).softmax(axis: 3)
        .applying(MatrixProduct(), rows).reshaped(to: [1, 32, 8, 8])
    },
    Middle(description: "a depthwise convolution") { value, _, constant in
      value.applying(
        Convolution(geometry: .init(rank: 2, before: [1, 1]), groups: 32), constant([32, 1, 3, 3]))
    },
    Middle(description: "channels that fill no block") { value, _, constant in
      value.applying(Convolution(geometry: .init(rank: 2)), constant([5, 32, 1, 1])).hyperbolicTangent()
        .applying(Convolution(geometry: .init(rank: 2)), constant([7, 5, 1, 1]), constant([7]))
    },
    Middle(description: "strides, and a way back up") { value, _, constant in
      let down = Convolution(geometry: .init(rank: 2, strides: [2, 2], before: [1, 1]))
      return value.applying(down, constant([16, 32, 3, 3])).applying(
        TransposedConvolution(geometry: down.geometry, extents: [8, 8]), constant([16, 8, 3, 3]))
    },
    Middle(description: "an arc tangent") { value, _, _ in value.applying(ArcTangent()) },
  ]

  /// Two convolutions with something between, a product, and the gradient of all that.
  private static func network(_ middle: Middle) throws -> (graph: Graph, input: [String: Tensor]) {
    var generator = SplitMix64(seed: 7)
    let builder = GraphBuilder()
    let x = builder.input("x", shape: [1, 32, 8, 8])
    func constant(_ shape: Shape) -> Value {
      let scale = 1 / Float(max(shape.dropFirst().reduce(1, *), 1)).squareRoot()
      return builder.constant(.random(shape, in: -scale...scale, using: &generator))
    }
    let same = Convolution(geometry: .init(rank: 2, before: [1, 1]))
    let first = x.applying(same, constant([32, 32, 3, 3]), constant([32]))
    let between = middle.body(first, x) { constant($0) }
    let second = between.applying(same, constant([16, between.shape[1], 3, 3]))
    let scores = second.mean([2, 3]).reshaped(to: [1, 16]).applying(MatrixProduct(), constant([16, 10]))
    let gradient = try Differentiation(
      of: scores, seed: constant([1, 10]), withRespectTo: [x]
    ).gradients[0]!
    let input = Tensor.random([1, 32, 8, 8], using: &generator)
    return (try builder.graph(outputs: [scores, gradient]), ["x": input])
  }

  @Test("values and gradients are as near as such numbers can be", arguments: middles)
  func error(_ middle: Middle) async throws {
    let (graph, input) = try Self.network(middle)
    let executor = try Executor(threadCount: 1, precision: .bf16)
    let plan = try await executor.compile(graph)
    // The gradient of what is linear is a constant, which is worked out with the plan.
    let convolutions = plan.stepDescriptions.map(\.work).filter { $0.hasPrefix("convolution") }
    #expect(convolutions.contains { $0.contains("forward") })
    #expect(convolutions.allSatisfy { $0.contains("bf16") }, "\(convolutions)")
    let results = try await executor.run(plan, input)
    let expected = try ReferenceEvaluator.evaluate(graph, input.mapValues(ReferenceTensor.init))
    let errors = zip(results, expected).map { relativeError($0.values.map(Double.init), $1.values) }
    #expect(errors[0] > 1e-6, "numbers of single precision would be nearer")
    #expect(errors[0] < 0.03)
    #expect(errors[1] < (middle.isSmooth ? 0.05 : 0.25))
  }

  @Test("both directions are computed so, and nothing lies between but what is asked for")
  func steps() async throws {
    let (graph, _) = try Self.network(Self.middles[3])
    let plan = try await Executor(threadCount: 1, precision: .bf16).compile(graph)
    let convolutions = plan.stepDescriptions.map(\.work).filter { $0.hasPrefix("convolution") }
    #expect(convolutions.count { $0.contains("forward") } == 2)
    #expect(convolutions.count { $0.contains("backward") } == 1)
    // The input and the mean become bfloat16, the scores and the gradient single precision.
    #expect(plan.stepCounts.reorders <= 4)
  }

  @Test("intermediate results and weights take about half the memory")
  func memory() async throws {
    let (graph, _) = try Self.network(Self.middles[3])
    let single = try await sharedExecutor.compile(graph)
    let half = try await Executor(threadCount: 1, precision: .bf16).compile(graph)
    #expect(Double(half.constantByteCount) < 0.6 * Double(single.constantByteCount))
    #expect(half.arenaByteCount < single.arenaByteCount)
  }

  @Test("runs of one plan, and plans of one graph, give the same bytes")
  func determinism() async throws {
    let (graph, input) = try Self.network(Self.middles[3])
    var results: [[[Float]]] = []
    for threads in [1, 2, 2] {
      let executor = try Executor(threadCount: threads, precision: .bf16)
      let plan = try await executor.compile(graph)
      results.append(try await executor.run(plan, input).map(\.values))
      #expect(try await executor.run(plan, input).map(\.values) == results.last)
    }
    #expect(results[1] == results[2])
  }
}
