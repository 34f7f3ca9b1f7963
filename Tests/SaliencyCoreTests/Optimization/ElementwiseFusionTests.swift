import SaliencyCore
import SaliencyTestSupport
import Testing

@Suite("Elementwise fusion")
struct ElementwiseFusionTests {
  /// What a plan does, without the reorders that depend on the processor's layouts.
  private func works(_ graph: Graph) async throws -> [String] {
    try await sharedExecutor.compile(graph).stepDescriptions.map(\.work).filter { !$0.hasPrefix("reorder") }
  }

  private func gradientGraph(
    _ shape: Shape, _ body: (GraphBuilder, Value, inout SplitMix64) -> Value
  ) throws -> Graph {
    var generator = SplitMix64(seed: 11)
    let builder = GraphBuilder()
    let x = builder.input("x", shape: shape)
    let y = body(builder, x, &generator)
    let seed = builder.input("seed", shape: y.shape)
    let gradient = try Differentiation(of: y, seed: seed, withRespectTo: [x]).gradients[0]!
    return try builder.graph(outputs: [y, gradient]).optimized()
  }

  @Test("An activation and its derivative are one step each, whatever formula they are")
  func activations() async throws {
    let activations: [(Value) -> Value] = [
      { $0.siLU() }, { $0.gaussianErrorLinear(isApproximate: false) },
      { $0.gaussianErrorLinear(isApproximate: true) }, { $0.hardSwish() }, { $0.softsign() },
    ]
    for activation in activations {
      let graph = try gradientGraph([2, 5, 7]) { _, x, _ in activation(x) }
      let works = try await works(graph)
      #expect(works.count == 2, "\(graph.nodes.map(\.operation)): \(works)")
    }
  }

  @Test("A gated convolution stores no gate, repeated gradient or product")
  func gates() async throws {
    let graph = try gradientGraph([1, 16, 9, 9]) { builder, x, generator in
      let kernel = builder.constant(.random([16, 16, 1, 1], using: &generator))
      let hidden = x.applying(Convolution(geometry: .init(rank: 2)), kernel).siLU()
      let gate = hidden.mean([2, 3]).applying(Convolution(geometry: .init(rank: 2)), kernel).sigmoid()
      return hidden * gate
    }
    let works = try await works(graph)
    #expect(works.filter { $0.contains("roadcast") || $0.hasPrefix("binary") }.isEmpty, "\(works)")
    #expect(works.filter { $0.hasPrefix("convolution") }.count == 4)
    #expect(works.count <= 11, "\(works)")
  }

  @Test("A layer norm and its gradient pass over their input a few times, whatever the formula says")
  func layerNorm() async throws {
    let graph = try gradientGraph([3, 5, 24]) { builder, x, generator in
      let scale = builder.constant(.random([24], using: &generator))
      return x.standardised(over: [2], epsilon: 1e-5) * scale
        + builder.constant(.random([24], using: &generator))
    }
    let works = try await works(graph)
    #expect(works.count <= 11, "\(works)")
    #expect(works.filter { $0.hasPrefix("FusedReduction") }.count >= 3, "\(works)")
  }

  @Test("What is asked for as well, or read by another kind of operation, is stored once")
  func stored() async throws {
    var generator = SplitMix64(seed: 5)
    let builder = GraphBuilder()
    let (x, y) = (builder.input("x", shape: [4, 6]), builder.input("y", shape: [4, 6]))
    let sum = x + y
    let outputs = [(sum * 2).exponential(), sum, sum.applying(MatrixProduct(transposesRight: true), y)]
    let graph = try builder.graph(outputs: outputs)
    let works = try await works(graph)
    #expect(works.count == 4 && works.contains("packing of a matrix"), "\(works)")
    try await expectReferenceValues(
      of: graph, ["x": .random([4, 6], using: &generator), "y": .random([4, 6], using: &generator)])
  }

  @Test("Random formulas over tensors that repeat one another are right in every layout", arguments: 0..<120)
  func formulas(_ seed: Int) async throws {
    var generator = SplitMix64(seed: UInt64(seed))
    let rank = [1, 2, 3, 4, 4, 4, 5].randomElement(using: &generator)!
    var shape = (0..<rank).map { _ in Int.random(in: 1...5, using: &generator) }
    if rank > 2 { shape[1] = [1, 3, 8, 16, 24, 32].randomElement(using: &generator)! }
    let builder = GraphBuilder()
    var inputs: [String: Tensor] = [:]
    var values: [Value] = []
    for index in 0..<4 {
      let extents = index == 0 ? shape : shape.map { Bool.random(using: &generator) ? $0 : 1 }
      inputs["\(index)"] = .random(extents, in: 0.2...1.5, using: &generator)
      let input = builder.input("\(index)", shape: extents)
      values.append(index < 2 ? input.inBlockedLayout(&generator) : input)
    }
    for _ in 0..<Int.random(in: 3...40, using: &generator) {
      let (a, b) = (
        values.randomElement(using: &generator)!, values.suffix(3).randomElement(using: &generator)!
      )
      let axis = Int.random(in: 0..<rank, using: &generator)
      switch Int.random(in: 0..<17, using: &generator) {
      case 0: values.append(a + b)
      case 1: values.append(a - b)
      case 2: values.append(a * b)
      case 3: values.append(a / (b * b + 1))
      case 4: values.append(b.siLU())
      case 5: values.append(b.gaussianErrorLinear(isApproximate: false))
      case 6: values.append(b.hyperbolicTangent())
      case 7: values.append((b * b + 0.5).logarithm())
      case 8: values.append((b * 0.25 - 1).exponential() + a)
      case 9: values.append((a - b).sum([axis]))
      case 10: values.append((a * b).mean(Array(axis..<rank)))
      case 11: values.append(a.maximum(b) - a.minimum(b) * 0.5)
      case 12: values.append(b.broadcast(to: b.shape.broadcast(with: a.shape)!) * 0.5)
      case 13: values.append(b.reshaped(to: [b.shape.elementCount]).sigmoid().reshaped(to: b.shape) * 2)
      case 14:
        let order = Array((0..<rank).reversed())
        values.append((b.transposed(order) * 0.5 + 1).transposed(order) - a)
      case 15: values.append(b.gated(by: b * b - 1, above: -0.5) + b.rectified())
      default: values.append((b * b + 1).power([-1, 0.5, 3, -0.5, -2].randomElement(using: &generator)!))
      }
      values[values.count - 1] = values[values.count - 1].hyperbolicTangent() + 0.1
    }
    var outputs = [values[values.count - 1], values[values.count / 2], values[4]]
    // Views of what is computed, which share its memory.
    outputs.append(values[values.count - 2].reshaped(to: [values[values.count - 2].shape.elementCount]))
    outputs.append(values[values.count - 2].transposed(Array((0..<rank).reversed())))
    try await expectReferenceValues(of: builder.graph(outputs: outputs), inputs, tolerance: 5e-5)
  }

  @Test("A chain overwrites what nobody reads any more, and never an input")
  func inPlace() async throws {
    var generator = SplitMix64(seed: 13)
    let shape = [1, 64, 32, 32]
    let (builder, seed) = (GraphBuilder(), Tensor.random(shape, using: &generator))
    let (x, y) = (builder.input("x", shape: shape), builder.input("y", shape: shape))
    var value = x
    for _ in 0..<6 { value = (value + y).applying(Softplus()).gated(by: y, above: 0) * 0.5 }
    let graph = try builder.graph(outputs: [value])
    let plan = try await sharedExecutor.compile(graph)
    // Both inputs, and what goes from step to step, of which `Softplus` needs two.
    #expect(plan.arenaByteCount <= 4 * 4 * shape.elementCount)
    let inputs = ["x": Tensor.random(shape, using: &generator), "y": seed]
    let first = try await sharedExecutor.run(plan, inputs)
    #expect(try await sharedExecutor.run(plan, inputs).map(\.values) == first.map(\.values))
    try await expectReferenceValues(of: graph, inputs)
  }

  @Test("Any number of threads gives the same bytes")
  func threads() async throws {
    var generator = SplitMix64(seed: 9)
    let shape = [2, 48, 37, 41]
    let graph = try gradientGraph(shape) { builder, x, generator in
      let hidden = x.inBlockedLayout(&generator).gaussianErrorLinear(isApproximate: false)
      return (hidden * hidden.mean([2, 3]).sigmoid()).standardised(over: [3], epsilon: 1e-5)
        + hidden.mean([1]) + hidden.sum([0])
    }
    let inputs = [
      "x": Tensor.random(shape, using: &generator), "seed": Tensor.random(shape, using: &generator),
    ]
    let pair = try Executor(threadCount: 2)
    let (one, two) = (
      try await sharedExecutor.run(sharedExecutor.compile(graph), inputs),
      try await pair.run(pair.compile(graph), inputs)
    )
    #expect(one.map(\.values) == two.map(\.values))
  }
}
