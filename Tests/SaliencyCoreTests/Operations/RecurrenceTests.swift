import SaliencyCore
import SaliencyTestSupport
import Testing

@Suite("Recurrent layers, unrolled")
struct RecurrenceTests {
  @Test("A layer and its derivatives agree with their definitions", arguments: layers)
  func layer(_ function: CheckedFunction) async throws {
    try await expectAgreement(on: function)
  }

  @Test("A long sequence is built and differentiated with nodes in proportion to its length")
  func longSequence() throws {
    func nodeCount(_ steps: Int) throws -> Int {
      var generator = SplitMix64(seed: 1)
      let builder = GraphBuilder()
      let x = builder.input("x", shape: [steps, 1, 3])
      let last = x.lastState(of: .memory, units: 4, &generator)
      let gradient = try Differentiation(of: last, seed: last, withRespectTo: [x]).gradients[0]
      return try builder.graph(outputs: [#require(gradient)]).optimized().nodes.count
    }
    let (short, long) = (try nodeCount(100), try nodeCount(1_000))
    #expect(long < 11 * short)
    #expect(long < 60_000)
  }

  static let layers: [CheckedFunction] = [
    CheckedFunction("Elman's cell", [.init([4, 2, 3])]) { _, arguments, generator in
      arguments[0].lastState(of: .simple, units: 4, &generator)
    },
    CheckedFunction("a long short-term memory", [.init([4, 2, 3])]) { _, arguments, generator in
      arguments[0].lastState(of: .memory, units: 4, &generator)
    },
    CheckedFunction("a gated recurrent unit", [.init([4, 2, 3])]) { _, arguments, generator in
      arguments[0].lastState(of: .gated(resetsAfterProduct: false), units: 4, &generator)
    },
    CheckedFunction("a gated recurrent unit, reset after the product", [.init([4, 1, 3])]) {
      _, arguments, generator in
      arguments[0].lastState(of: .gated(resetsAfterProduct: true), units: 4, &generator)
    },
    CheckedFunction("sequences of several lengths, backwards, all outputs", [.init([3, 2, 3])]) {
      builder, arguments, generator in
      let kernel = builder.constant(.random([5, 5], using: &generator))
      let cell = SimpleRecurrentCell(kernel: kernel) { $0.applying(HyperbolicTangent()) }
      let mask = builder.constant(Tensor(shape: [2, 1], values: [1, 0]))
      return arguments[0].projected(by: builder.constant(.random([3, 5], using: &generator)))
        .unrolled(
          from: [builder.constant(.random([2, 5], using: &generator))], isReversed: true, skipped: .previous,
          mask: { $0 == 2 ? mask : nil }, cell: cell.callAsFunction
        ).stacked
    },
  ]
}

private enum Kind {
  case simple, memory
  case gated(resetsAfterProduct: Bool)

  var gates: Int {
    switch self {
    case .simple: 1
    case .memory: 4
    case .gated: 3
    }
  }
}

extension Value {
  /// The last state of a layer with random weights over this sequence.
  fileprivate func lastState(of kind: Kind, units: Int, _ generator: inout SplitMix64) -> Value {
    func weights(_ shape: Shape) -> Value { builder.constant(.random(shape, using: &generator)) }
    let kernel = weights([units, kind.gates * units])
    let bias = weights([kind.gates * units])
    let cell: RecurrentCell
    switch kind {
    case .simple:
      cell = SimpleRecurrentCell(kernel: kernel, clip: 1) { $0.applying(HyperbolicTangent()) }.callAsFunction
    case .memory:
      var memory = LongShortTermMemoryCell(
        kernel: kernel, order: [.input, .forget, .candidate, .output],
        gateActivation: { $0.applying(Sigmoid()) }, candidateActivation: { $0.applying(HyperbolicTangent()) },
        outputActivation: { $0.softsign() })
      memory.peepholes = [.input: weights([units]), .output: weights([units])]
      cell = memory.callAsFunction
    case .gated(let resetsAfterProduct):
      cell =
        GatedRecurrentCell(
          kernel: kernel, recurrentBias: resetsAfterProduct ? bias : nil,
          order: [.update, .reset, .candidate], resetsAfterProduct: resetsAfterProduct,
          gateActivation: { $0.applying(Sigmoid()) },
          candidateActivation: { $0.applying(HyperbolicTangent()) }
        ).callAsFunction
    }
    let initial = weights([shape[1], units])
    let states = kind.gates == 4 ? [initial, weights([shape[1], units])] : [initial]
    return projected(by: weights([shape[2], kind.gates * units]), bias: bias)
      .unrolled(from: states, cell: cell).states[0]
  }
}
