import SaliencyCore
import SaliencyTestSupport
import Testing

@Suite("Plans")
struct PlanTests {
  @Test("Outputs may be inputs, constants, views of either, one value twice, or none at all")
  func unusualOutputs() async throws {
    let builder = GraphBuilder()
    let x = builder.input("x", shape: [2, 3])
    let constant = builder.constant(Tensor(shape: [3], values: [7, 8, 9]))
    let sum = x + constant
    let outputs = [x, constant, x.reshaped(to: [6]), constant.reshaped(to: [3, 1]), sum, sum, x]
    let plan = try await sharedExecutor.compile(builder.graph(outputs: outputs))
    let values: [Float] = [1, 2, 3, 4, 5, 6]
    let added: [Float] = [8, 10, 12, 11, 13, 15]
    let result = try await sharedExecutor.run(plan, ["x": Tensor(shape: [2, 3], values: values)])
    #expect(result.map(\.values) == [values, [7, 8, 9], values, [7, 8, 9], added, added, values])
    #expect(result.map(\.shape) == outputs.map(\.shape))
    #expect(plan.outputShapes == outputs.map(\.shape))
    let nothing = try await sharedExecutor.compile(builder.graph(outputs: []))
    #expect(try await sharedExecutor.run(nothing, [:]).isEmpty)
  }

  @Test("Two inputs of one label are one, or refused where their shapes differ")
  func equalLabels() async throws {
    let builder = GraphBuilder()
    let (a, b) = (builder.input("x", shape: [2]), builder.input("x", shape: [2]))
    let plan = try await sharedExecutor.compile(builder.graph(outputs: [a + b, b]))
    #expect(plan.inputs.map(\.label) == ["x"])
    let result = try await sharedExecutor.run(plan, ["x": Tensor(shape: [2], values: [1, 2])])
    #expect(result.map(\.values) == [[2, 4], [1, 2]])
    let graph = try builder.graph(outputs: [a, builder.input("x", shape: [3])])
    let error = await #expect(throws: GraphError.self) { try await sharedExecutor.compile(graph) }
    #expect(error?.message == "two inputs are called 'x', one of 2 and one of 3")
  }

  @Test("What depends on constants alone is computed when the plan is compiled")
  func constantFolding() async throws {
    var generator = SplitMix64(seed: 2)
    let builder = GraphBuilder()
    let image = builder.constant(.random([1, 3, 6, 6], using: &generator))
    let kernel = builder.constant(.random([16, 3, 3, 3], using: &generator)) * 2 + 1
    let hidden = image.applying(Convolution(geometry: .init(rank: 2)), kernel).rectified()
    let pooled = hidden.applying(
      MaximumPooling(PoolingWindow(kernel: [2, 2], geometry: .init(rank: 2, strides: [2, 2]))))
    let gradient = try Differentiation(of: pooled, seed: pooled, withRespectTo: [image]).gradients[0]!
    let graph = try builder.graph(outputs: [
      pooled.applying(Softmax(axis: 1)).transposed([0, 2, 3, 1]), gradient,
    ])
    try await expectReferenceValues(of: graph, [:])
    let plan = try await sharedExecutor.compile(graph)
    #expect(plan.inputs.isEmpty)
    #expect(plan.stepDescriptions.map(\.work) == ["copy", "copy"])
  }

  @Test("Constants and inputs meet wherever a graph lets them")
  func partialFolding() async throws {
    var generator = SplitMix64(seed: 4)
    let builder = GraphBuilder()
    let x = builder.input("x", shape: [1, 16, 4, 4])
    let image = builder.constant(.random([1, 16, 4, 4], using: &generator))
    let kernel = builder.constant(.random([24, 16, 1, 1], using: &generator))
    let folded = image.applying(Convolution(geometry: .init(rank: 2)), kernel)
    let window = PoolingWindow(kernel: [2, 2], geometry: .init(rank: 2, strides: [2, 2]))
    let pooled = folded.applying(MaximumPooling(window))
    let live = x.applying(Convolution(geometry: .init(rank: 2)), kernel)
    let selected = live.applying(MaximumPooling(window)).applying(
      MaximumPoolingGradient(window), folded, pooled)
    let outputs = [
      folded + live, live * folded, live / (folded * folded + 1), selected,
      builder.append(Concatenation(axis: 1), [folded, live, image]), live.gated(by: folded, above: 0),
      folded.gated(by: live, above: 0), folded,
    ]
    try await expectReferenceValues(
      of: builder.graph(outputs: outputs), ["x": .random(x.shape, using: &generator)])
  }

  @Test("An explanation of a middle layer runs nothing above it, and asks for no input of that")
  func deadCode() async throws {
    let builder = GraphBuilder()
    let x = builder.input("x", shape: [4])
    let middle = x.applying(Sigmoid(), name: "middle")
    _ = (middle + builder.input("mask", shape: [4])).applying(Exponential(), name: "above")
    let gradient = try Differentiation(of: middle, seed: middle, withRespectTo: [x]).gradients[0]!
    let plan = try await sharedExecutor.compile(builder.graph(outputs: [gradient]))
    #expect(plan.inputs.map(\.label) == ["x"])
    #expect(!plan.stepDescriptions.contains { $0.node == "above" })
    #expect(plan.stepDescriptions.contains { $0.node == "middle" })
  }

  @Test("An activation that alone reads a convolution runs with it; one of several readers does not")
  func fusion() async throws {
    var generator = SplitMix64(seed: 6)
    let builder = GraphBuilder()
    let x = builder.input("x", shape: [1, 3, 5, 5])
    let hidden = x.applying(
      Convolution(geometry: .init(rank: 2)), builder.constant(.random([16, 3, 3, 3], using: &generator)))
    let active = hidden.rectified()
    let input = ["x": Tensor.random(x.shape, using: &generator)]
    let (alone, both) = (try builder.graph(outputs: [active]), try builder.graph(outputs: [active, hidden]))
    for (graph, isFused) in [(alone, true), (both, false)] {
      let plan = try await sharedExecutor.compile(graph)
      #expect(plan.stepDescriptions.contains { $0.work.hasPrefix("elementwise") } == !isFused)
      try await expectReferenceValues(of: graph, input)
    }
  }

  /// Operations on tensors without elements, which are handled or refused but never a crash.
  @Test(
    "Tensors without elements go through every kind of operation",
    arguments: [
      [0], [0, 3], [3, 0], [2, 0, 4], [0, 3, 4, 4], [1, 3, 0, 4], [1, 0, 4, 4], [0, 16, 4, 4, 2],
    ] as [Shape])
  func empty(_ shape: Shape) async throws {
    let builder = GraphBuilder()
    let x = builder.input("x", shape: shape)
    let axes = Array(shape.indices)
    let none = axes.map { _ in 0 }
    var outputs = [
      x, x + x, x * 2, x.applying(Softplus()), x.sum(), x.gated(by: x, above: 0),
      x.transposed(axes.reversed()),
      x.broadcast(to: [2] + shape), x.reshaped(to: [0]), x.applying(Padding(before: none, after: none)),
      x.applying(Padding(before: none, after: axes.map { _ in 2 }, value: 3)),
      x.applying(
        SliceScatter(Slice(starts: none, counts: shape, steps: none.map { _ in 1 }), shape: shape)),
    ]
    for axis in axes {
      outputs.append(x.applying(Concatenation(axis: axis), x))
      outputs.append(x.applying(Softmax(axis: axis)))
      outputs.append(x.sum([axis]))
      outputs.append(x.sliced(axis: axis, from: 0, count: shape[axis]))
    }
    if shape.count >= 3 { outputs.append(x.sum(Array(2..<shape.count))) }
    let constants = [builder.constant(Tensor(shape: shape, values: [])) + 1]
    try await expectReferenceValues(
      of: builder.graph(outputs: outputs + constants), ["x": Tensor(shape: shape, values: [])], tolerance: 0)
  }

  @Test("A batch of no images goes through convolutions and poolings; an image without pixels is refused")
  func emptyImages() async throws {
    var generator = SplitMix64(seed: 8)
    let window = PoolingWindow(kernel: [2, 2], geometry: .init(rank: 2, before: [1, 1]))
    let convolution = Convolution(geometry: .init(rank: 2, before: [2, 2]))
    let builder = GraphBuilder()
    let x = builder.input("x", shape: [0, 16, 5, 5])
    let kernel = builder.constant(.random([24, 16, 3, 3], using: &generator))
    let y = x.applying(convolution, kernel).rectified().applying(MaximumPooling(window))
      .applying(AveragePooling(window, includesPadding: false))
    let gradient = try Differentiation(of: y, seed: y, withRespectTo: [x]).gradients[0]!
    let plan = try await sharedExecutor.compile(builder.graph(outputs: [y, gradient]))
    let result = try await sharedExecutor.run(plan, ["x": Tensor(shape: x.shape, values: [])])
    #expect(result.map(\.shape) == [y.shape, x.shape])
    for operation in [convolution, MaximumPooling(window)] as [any SaliencyCore.Operation] {
      let operands = [[1, 16, 0, 5], [24, 16, 3, 3]].prefix(operation is Convolution ? 2 : 1)
      let error = #expect(throws: GraphError.self) { try operation.resultShape(of: Array(operands)) }
      #expect(error?.code == .shapeMismatch)
    }
  }

  @Test("A matrix product over no elements is refused by name when it is compiled")
  func emptyMatrices() async throws {
    let builder = GraphBuilder()
    let (a, b) = (builder.input("a", shape: [2, 0]), builder.input("b", shape: [0, 3]))
    let graph = try builder.graph(outputs: [a.applying(MatrixProduct(), b, name: "head")])
    let error = await #expect(throws: GraphError.self) { try await sharedExecutor.compile(graph) }
    #expect(error?.node == "head")
    #expect(error?.message.contains("empty") == true)
  }

  @Test(
    "The gradient of a maximum pooling that is not of its operands is refused, not computed from another's maxima"
  )
  func foreignPooling() async throws {
    let window = PoolingWindow(kernel: [2], geometry: .init(rank: 1, strides: [2]))
    let builder = GraphBuilder()
    let (x, z) = (builder.input("x", shape: [1, 1, 4]), builder.input("z", shape: [1, 1, 4]))
    let pooled = x.applying(MaximumPooling(window))
    let broken = [
      pooled.applying(MaximumPoolingGradient(window), z, pooled),
      pooled.applying(MaximumPoolingGradient(window), x, pooled * 2),
    ]
    for value in broken {
      let graph = try builder.graph(outputs: [value])
      let error = await #expect(throws: GraphError.self) { try await sharedExecutor.compile(graph) }
      #expect(error?.message.contains("not part of the graph") == true)
    }
  }

  @Test("A plan reports its memory, and a longer chain needs no more of it")
  func memory() async throws {
    func plan(_ length: Int) async throws -> Plan {
      let builder = GraphBuilder()
      var value = builder.input("x", shape: [1_000])
      for _ in 0..<length { value = value.applying(Softplus()) }
      return try await sharedExecutor.compile(builder.graph(outputs: [value]))
    }
    let (short, long) = (try await plan(4), try await plan(40))
    #expect(long.arenaByteCount == short.arenaByteCount)
    #expect((8_000...16_384).contains(long.arenaByteCount))
    #expect(long.constantByteCount == 0)
    #expect(long.stepDescriptions.count == 40)
  }
}
