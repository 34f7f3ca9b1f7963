import LibC
import SaliencyCore
import SaliencyTestSupport
import Testing

@testable import Saliency

/// DeepLIFT's rules in double precision, on networks that are made in the tests.
@Suite("DeepLIFT's rules are their definitions")
struct DeepLIFTTests {
  private static func attribution(
    _ method: DeepLIFT, of input: ReferenceTensor, _ make: (Value) -> Value
  ) throws -> (attribution: [Double], score: Double) {
    let made = try MadeNetwork(input.shape, make)
    let results = try ReferenceEvaluator.evaluate(
      made.builder.graph(outputs: [method.attribution(made.context), made.context.explained]), ["x": input])
    return (results[0].values, results[1].values.reduce(0, +))
  }

  /// min(x₀, x₁) as x₀ − max(x₀ − x₁, 0), whose gradient is 0 for one of both.
  private static func minimum(_ x: Value) -> Value {
    let difference = x.applying(MatrixProduct(), x.constant([2, 1], [1, -1])).rectified()
    return x.applying(MatrixProduct(), x.constant([2, 1], [1, 0])) - difference
  }

  static let formulas: [(String, @Sendable (Value) -> Value)] = [
    ("product", { x in x[axis: 1, 0..<2] * x[axis: 1, 1..<3] }),
    ("square", { x in x * x }),
    ("quotient", { x in x[axis: 1, 0..<1] / (x[axis: 1, 1..<2].sigmoid() + 1) }),
    ("gate", { x in x * x.sigmoid() }),
    ("softmax", { x in x.applying(Softmax(axis: 1)) * x.constant([1, 3], [1, -2, 3]) }),
    (
      "masked attention",
      { x in
        (x + x.constant([1, 3], [0, -.infinity, 0])).applying(Softmax(axis: 1)) * x
          * x.constant([1, 3], [1, -2, 3])
      }
    ),
    ("product of matrices", { x in x.applying(MatrixProduct(transposesRight: true), x) }),
  ]

  @Test("What is made of several activations adds up to the difference of both ends", arguments: formulas)
  func severalActivations(name: String, formula: @escaping @Sendable (Value) -> Value) throws {
    for (input, baseline) in [([1.5, -0.5, 0.75], 0), ([0.25, 2, 0.25], 0.25)] as [([Double], Float)] {
      let (attribution, score) = try Self.attribution(
        DeepLIFT(baseline: .constant(baseline)), of: ReferenceTensor([1, 3], input), formula)
      let (_, reference) = try Self.attribution(
        DeepLIFT(), of: ReferenceTensor([1, 3], input.map { _ in Double(baseline) }), formula)
      let sum = attribution.reduce(0, +)
      #expect(abs(sum - (score - reference)) < 1e-9, "\(attribution), \(score), \(reference)")
    }
  }

  @Test("Of the minimum of two inputs reveal-cancel gives each its half, as the paper says")
  func minimumOfTwo() throws {
    // max(3 − 2, 0): without the other each input changes the rectifier by 3 and by 0, with it by 1 and by −2.
    let (attribution, score) = try Self.attribution(
      DeepLIFT(rule: .revealCancel), of: ReferenceTensor([1, 2], [3, 2]), Self.minimum)
    #expect(score == 2)
    #expect(relativeError(attribution, [3 - 2, 1]) < 1e-9)
  }

  @Test("Reveal-cancel on a layer with weights, a shift and a smooth activation")
  func loop() throws {
    let weights: [Float] = [0.5, -1, 0.25, -0.75, 2, -0.5]
    let (biases, readout): ([Float], [Float]) = ([0.25, -0.5], [1, -2])
    let (x, start): ([Double], Float) = ([1.5, -0.5, 0.75], 0.25)
    let (attribution, _) = try Self.attribution(
      DeepLIFT(baseline: .constant(start), rule: .revealCancel), of: ReferenceTensor([1, 3], x)
    ) { x in
      let sum = x.applying(MatrixProduct(), x.constant([3, 2], weights)) + x.constant([2], biases)
      return sum.sigmoid().applying(MatrixProduct(), x.constant([2, 1], readout))
    }
    func f(_ z: Double) -> Double { 1 / (1 + exp(-z)) }
    var expected = [Double](repeating: 0, count: 3)
    for unit in 0..<2 {
      let terms = (0..<3).map { (x[$0] - Double(start)) * Double(weights[$0 * 2 + unit]) }
      let z = (0..<3).reduce(Double(biases[unit])) { $0 + Double(start * weights[$1 * 2 + unit]) }
      let (p, n) = (terms.filter { $0 > 0 }.reduce(0, +), terms.filter { $0 < 0 }.reduce(0, +))
      let ofPositive = (f(z + p) - f(z) + f(z + p + n) - f(z + n)) / 2
      let ofNegative = (f(z + n) - f(z) + f(z + p + n) - f(z + p)) / 2
      for (index, term) in terms.enumerated() {
        expected[index] += Double(readout[unit]) * (term > 0 ? term / p * ofPositive : term / n * ofNegative)
      }
    }
    #expect(relativeError(attribution, expected) < 1e-9)
  }

  @Test("Both rules add up to the difference of the scores", arguments: DeepLIFT.Rule.allCases)
  func sums(_ rule: DeepLIFT.Rule) throws {
    var generator = SaliencyTestSupport.SplitMix64(seed: 3)
    let input = ReferenceTensor(.random([1, 6, 6, 3], using: &generator))
    let network: (Value) -> Value = { x in
      let geometry = WindowGeometry(
        strides: [1, 1], dilations: [1, 1], paddingBefore: [1, 1], paddingAfter: [1, 1])
      // Channels last, so that the sum and its activation lie on two sides of a transposition.
      let sum = x.transposed([0, 3, 1, 2]).applying(
        Convolution(geometry: geometry), x.random([4, 3, 3, 3], seed: 1)
      ).transposed([0, 2, 3, 1])
      let first = (sum * x.random([4], seed: 2) + x.random([4], seed: 3)).rectified()
      return first.reshaped(to: [1, 144]).applying(MatrixProduct(), x.random([144, 5], seed: 4))
        .hyperbolicTangent().applying(MatrixProduct(), x.random([5, 1], seed: 5))
    }
    let baselines: [Float] = [0.5, -0.25]
    let (attribution, score) = try Self.attribution(
      DeepLIFT(baselines: baselines.map { .constant($0) }, rule: rule), of: input, network)
    let others = try baselines.map { baseline in
      try Self.attribution(
        DeepLIFT(rule: rule), of: ReferenceTensor(input.shape, repeating: Double(baseline)), network
      ).score
    }
    let expected = score - others.reduce(0, +) / 2
    #expect(abs(attribution.reduce(0, +) - expected) < 1e-6 * abs(expected))
  }

  @Test("The mean over several baselines is DeepSHAP")
  func mean() throws {
    let input = ReferenceTensor([1, 2], [3, 2])
    let single = try [0, 1, 4].map { baseline in
      try Self.attribution(DeepLIFT(baseline: .constant(baseline)), of: input, Self.minimum).attribution
    }
    let several = try Self.attribution(
      DeepLIFT(baselines: [.zeros, .constant(1), .constant(4)]), of: input, Self.minimum
    ).attribution
    let expected = (0..<2).map { index in single.reduce(0) { $0 + $1[index] } / 3 }
    #expect(relativeError(several, expected) < 1e-7)
  }
}
