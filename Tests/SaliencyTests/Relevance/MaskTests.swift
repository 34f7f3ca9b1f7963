import SaliencyCore
import SaliencyTestSupport
import Testing

@testable import Saliency

/// Attention whose scores are masked, held against the same attention without what the masks hide.
@Suite("What a mask hides has no relevance, and all relevance is finite")
struct MaskTests {
  struct Masking: Sendable, CustomTestStringConvertible {
    let testDescription: String
    /// Scores of which those along the last axis are hidden where a number is 1.
    let masked: @Sendable (_ scores: Value, _ hidden: Value, _ number: Float) -> Value

    init(_ sentence: String, _ masked: @escaping @Sendable (Value, Value, Float) -> Value) {
      (testDescription, self.masked) = (sentence, masked)
    }

    /// Adds the number where a constant is 1, and 0 elsewhere.
    static func sum(_ scores: Value, _ hidden: Value, _ number: Float) -> Value {
      let constants = [scores.constant([], [number]), scores.constant([], [0])]
      return scores + hidden.builder.append(Selection(), [hidden] + constants)
    }
  }

  static let maskings: [Masking] = [
    Masking("added", Masking.sum),
    Masking("chosen") { $1.builder.append(Selection(), [$1, $0.constant([], [$2]), $0]) },
    Masking("chosen by what is computed from the input") { scores, hidden, number in
      let isHidden = (scores.magnitude() + 1).isGreater(than: 0) * hidden
      return scores.builder.append(Selection(), [isHidden, scores.constant([], [number]), scores])
    },
    Masking("added before a scale and a shift") { Masking.sum($0, $1, $2) * 0.5 + 0.25 },
    Masking("added before a division by a number") { Masking.sum($0, $1, $2) / $0.constant([1], [2]) },
    Masking("added twice, which is infinite in single precision") {
      Masking.sum(Masking.sum($0, $1, $2), $1, $2)
    },
    Masking("added and held above the smallest number") {
      Masking.sum($0, $1, $2).maximum($0.constant([], [-.greatestFiniteMagnitude]))
    },
    Masking("added and held above the mask itself") {
      Masking.sum($0, $1, $2).maximum($0.constant([], [$2]))
    },
    Masking("the logarithm of nothing") { scores, hidden, _ in
      let isVisible = (scores.magnitude() + 1).isGreater(than: 0) * (1 - hidden)
      return scores + isVisible.logarithm()
    },
  ]

  static let softmaxes: [@Sendable (Value) -> Value] = [
    { $0.softmax(axis: -1) },
    { scores in
      let last = scores.shape.count - 1
      let powers = (scores - scores.largest([last])).exponential()
      return powers / powers.sum([last])
    },
    { scores in
      // As exporters write what has to be 0 where all is hidden.
      let shares = scores.softmax(axis: -1)
      let isNumber = 1 - shares.applying(FloatClassification(.notANumber))
      return shares.builder.append(Selection(), [isNumber, shares, shares.constant([], [0])])
    },
  ]

  static let methods: [any GraphMethod] = [
    LayerwiseRelevance(), LayerwiseRelevance(epsilon: 0), LayerwiseRelevance(.epsilonPlus()),
    LayerwiseRelevance(.excitationBackprop), DeepLIFT(baseline: .constant(0.5)),
    DeepLIFT(rule: .revealCancel),
  ]

  static let numbers: [Float] = [-.infinity, -1e9, -.greatestFiniteMagnitude]

  /// The attributions by all methods, each in double precision and as executed.
  private static func attributions(
    _ input: ReferenceTensor, seed: [Float]? = nil, _ network: (Value) -> Value
  ) async throws -> [(method: String, exact: [Double], executed: [Double])] {
    let made = try MadeNetwork(input.shape, seed: seed, network)
    let graph = try made.builder.graph(outputs: methods.map { try $0.attribution(made.context) })
    let executor = try Executor()
    let executed = try await executor.run(executor.compile(graph.optimized()), ["x": input.tensor])
    let exact = try ReferenceEvaluator.evaluate(graph, ["x": input])
    return methods.indices.map {
      (methods[$0].name, exact[$0].values, executed[$0].values.map(Double.init))
    }
  }

  private static let input = ReferenceTensor([1, 3, 2], [0.5, -1, 1, 2, -0.5, 1.5])

  @Test("Attention to the keys that can be seen", arguments: maskings, numbers)
  func attention(_ masking: Masking, number: Float) async throws {
    /// Three queries, and the first of the three as keys.
    func network(_ x: Value, keys count: Int, _ softmax: (Value) -> Value) -> Value {
      let keys = x[axis: 1, 0..<count]
      let hidden = x.constant([1, 1, count], (0..<count).map { $0 < 2 ? 0 : 1 })
      let scores = x.applying(MatrixProduct(transposesRight: true), keys)
      return softmax(masking.masked(scores, hidden, number)).applying(MatrixProduct(), keys)
        .applying(MatrixProduct(), x.constant([2, 1], [1, -2]))
    }
    for softmax in Self.softmaxes {
      let found = try await Self.attributions(Self.input) { network($0, keys: 3, softmax) }
      let expected = try await Self.attributions(Self.input) { network($0, keys: 2, softmax) }
      for (found, expected) in zip(found, expected) {
        #expect(expected.exact.contains { $0 != 0 })
        #expect(relativeError(found.exact, expected.exact) < 1e-9, "\(found), \(expected)")
        #expect(relativeError(found.executed, expected.executed) < 1e-5, "\(found), \(expected)")
      }
    }
  }

  private static let maskShapes: [Shape] = [[3], [1, 3], [1, 1, 3], [1, 1, 1, 3], [1, 2, 3, 3]]

  @Test("Masks of any shape that is broadcast", arguments: maskShapes)
  func broadcast(_ shape: Shape) async throws {
    let hidden = (0..<shape.elementCount).map { Float($0 % 3 == 2 ? 1 : 0) }
    let input = ReferenceTensor([1, 3, 4], (0..<12).map { Double($0 % 5) - 1.75 })
    for masking in Self.maskings.prefix(2) {
      let results = try await Self.attributions(input) { x in
        let heads = x.reshaped(to: [1, 3, 2, 2]).transposed([0, 2, 1, 3])
        let scores = heads.applying(MatrixProduct(transposesRight: true), heads)
        return masking.masked(scores, x.constant(shape, hidden), -.infinity).softmax(axis: -1)
          .applying(MatrixProduct(), heads)
      }
      for result in results { Self.expectFinite(result) }
    }
  }

  @Test("Rows that are hidden as a whole, of which the network makes 0")
  func wholeRows() async throws {
    let results = try await Self.attributions(Self.input) { x in
      // Each sees what comes before it, and the first one nothing.
      let hidden = x.constant([3, 3], [1, 1, 1, 0, 1, 1, 0, 0, 1])
      let scores = x.applying(MatrixProduct(transposesRight: true), x)
      return Self.softmaxes[2](Masking.sum(scores, hidden, -.infinity)).applying(MatrixProduct(), x)
    }
    for result in results { Self.expectFinite(result) }
  }

  @Test("Masked classes and the largest of what can be seen", arguments: numbers)
  func classes(number: Float) async throws {
    func scores(_ x: Value) -> Value {
      x.applying(MatrixProduct(), x.constant([2, 3], [1, 2, -1, 0.5, -1, 1]))
        + x.constant([3], [0, 0, number])
    }
    func largest(_ x: Value) -> Value {
      let hidden = x.constant([1, 3, 1], [0, 0, 1])
      let seen = x.builder.append(Selection(), [hidden, x.constant([], [number]), x])
      return seen.largest([1]).applying(MatrixProduct(), x.constant([2, 1], [1, 2]))
    }
    let classes: [Float] = [0, 1, 0, 0, 1, 0, 0, 1, 0]
    var results = try await Self.attributions(Self.input, seed: classes, scores)
    results += try await Self.attributions(Self.input, seed: classes) {
      scores($0).applying(LogSoftmax(axis: 2))
    }
    results += try await Self.attributions(Self.input, largest)
    for result in results { Self.expectFinite(result) }
  }

  private static func expectFinite(_ result: (method: String, exact: [Double], executed: [Double])) {
    let values = result.exact + result.executed
    #expect(values.allSatisfy { $0.isFinite } && Set(result.executed).count > 1, "\(result)")
  }

  @Test("The share of two infinities in their maximum is half, as of all that is equal")
  func maximum() throws {
    for operation in [Maximum() as any SaliencyCore.Operation, Minimum()] {
      let builder = GraphBuilder()
      let x = builder.input("x", shape: [3])
      let y = builder.append(operation, [x, x.constant([3], [-.infinity, .infinity, 1])])
      let gradient = try Differentiation(of: y, seed: x.constant([3], [1, 1, 1]), withRespectTo: [x])
      let graph = try builder.graph(outputs: [gradient.gradients[0]!])
      let results = try ReferenceEvaluator.evaluate(
        graph, ["x": ReferenceTensor([3], [-.infinity, .infinity, 1])])
      #expect(results[0].values == [0.5, 0.5, 0.5])
    }
  }
}
