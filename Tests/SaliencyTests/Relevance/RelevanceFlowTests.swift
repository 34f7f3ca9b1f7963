import LibC
import Saliency
import SaliencyCore
import SaliencyTestSupport
import Testing

/// Where relevance goes at nodes that are no weighted sums, on networks small enough to do by hand.
@Suite("Relevance goes where it comes from")
struct RelevanceFlowTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let input: ReferenceTensor
    let network: @Sendable (Value) -> Value
    let expected: [Double]

    init(
      _ sentence: String, _ input: [Double], shape: Shape? = nil, gives expected: [Double],
      _ network: @escaping @Sendable (Value) -> Value
    ) {
      (testDescription, self.network, self.expected) = (sentence, network, expected)
      self.input = ReferenceTensor(shape ?? [1, input.count], input)
    }
  }

  private static let window = PoolingWindow(
    kernel: [2], geometry: .init(strides: [2], dilations: [1], paddingBefore: [0], paddingAfter: [0]))

  static let cases: [Case] = [
    Case("a rectifier passes it on, also where it is closed", [2, -3], gives: [2, 0]) { $0.rectified() },
    Case("an addition shares by terms", [2, -3], gives: [6, -9]) { $0 + $0 * 2 },
    Case("a constant that is added keeps its part", [2, -4], gives: [2, -4]) {
      $0 + $0.constant([1, 2], [1, 1])
    },
    Case("a mean shares by terms", [1, 2, 6], gives: [1.0 / 3, 2.0 / 3, 2]) { $0.mean([1]) },
    Case("an average pooling shares by terms", [1, 3, 0, 4], shape: [1, 1, 4], gives: [0.5, 1.5, 0, 2]) {
      $0.applying(AveragePooling(window, includesPadding: false))
    },
    Case("a maximum pooling gives all to the winner", [1, 3, 5, 4], shape: [1, 1, 4], gives: [0, 3, 5, 0]) {
      $0.applying(MaximumPooling(window))
    },
    Case("a concatenation gives each its own", [2, 3], gives: [6, 9]) {
      $0.builder.append(Concatenation(axis: 1), [$0, $0 * 2])
    },
    Case("a square goes back whole", [2, -3], gives: [4, 9]) { $0.squared() },
    Case("a product of two values gives half to each", [2, 5], gives: [5, 5]) {
      $0[axis: 1, 0..<1].rectified() * $0[axis: 1, 1..<2].rectified()
    },
    Case("a quotient goes to the numerator", [6, 3], gives: [2, 0]) {
      $0[axis: 1, 0..<1].rectified() / $0[axis: 1, 1..<2].rectified()
    },
    Case("a reciprocal goes to what is below", [4, 2], gives: [0.25, 0.5]) {
      $0.builder.constant(Tensor(1)) / $0
    },
    Case("of a scale and a shift alone the shift has its part", [1, 3], gives: [2, 3]) {
      $0.rectified() * $0.constant([2], [2, 1]) + $0.constant([2], [0.5, 2])
    },
  ]

  @Test("By hand", arguments: cases)
  func byHand(_ question: Case) throws {
    let answer = try MadeNetwork.relevance(of: question.input, question.network)
    #expect(relativeError(answer.relevance, question.expected) < 1e-7)
  }

  /// Activations and normalizations of several operations, and how many numbers each row of the input has.
  private static let passing: [(String, @Sendable (Value) -> Value)] = [
    ("SiLU", { $0 * $0.sigmoid() }),
    ("SiLU, the factors exchanged", { $0.sigmoid() * $0 }),
    ("GELU", { $0 * 0.5 * (($0 * 0.70710678).applying(ErrorFunction()) + 1) }),
    ("GELU as exporters write it", { $0 * (($0 / 1.41421356).applying(ErrorFunction()) + 1) * 0.5 }),
    (
      "GELU by a hyperbolic tangent",
      { x in
        let inner: Value = (x + x.power(3) * 0.044715) * 0.79788456
        return x * 0.5 * (inner.hyperbolicTangent() + 1)
      }
    ),
    ("hard swish", { $0 * ($0 * (1.0 / 6) + 0.5).applying(Clamp(lower: 0, upper: 1)) }),
    ("mish", { $0 * $0.applying(Softplus()).hyperbolicTangent() }),
    ("softsign", { $0 / ($0.magnitude() + 1) }),
    (
      "a parametric rectifier",
      { x in
        let isPositive = x.applying(HeavisideStep())
        return x * (isPositive + (1 - isPositive) * x.constant([3], [0.1, 0.2, 0.3]))
      }
    ),
    ("a normalization by the root mean square", { $0 * ($0.squared().mean([1]) + 1e-5).power(-0.5) }),
  ]

  @Test("Activations and normalizations pass relevance on as it is", arguments: passing.indices)
  func passedOn(_ index: Int) throws {
    let (sentence, network) = Self.passing[index]
    let answer = try MadeNetwork.relevance(
      of: ReferenceTensor([2, 3], [0.5, -1.5, 2, 3, 0.25, -0.75]), seed: [1, 2, 3, -1, 0.5, 1], network)
    let expected = zip(answer.scores, [1, 2, 3, -1, 0.5, 1]).map(*)
    #expect(relativeError(answer.relevance, expected) < 1e-9, "\(sentence)")
  }

  @Test("Presets let the shift of a normalization that stands alone keep nothing")
  func normalizationAlone() throws {
    let answer = try MadeNetwork.relevance(
      of: ReferenceTensor([1, 2], [1, 3]), by: .epsilonPlus()
    ) { ($0.rectified() * $0.constant([2], [2, 1]) + $0.constant([2], [0.5, 2])).rectified() }
    #expect(answer.relevance == answer.scores)
  }

  private static let layerNormalizations: [(String, @Sendable (Value) -> Value)] = [
    ("by a quotient", { x in x.standardised(over: [1], epsilon: 1e-5) }),
    (
      "by a power",
      { x in
        let centered = x - x.mean([1])
        return centered * (centered.squared().mean([1]) + 1e-5).power(-0.5)
      }
    ),
  ]

  @Test(
    "Layer normalization is a sum whose deviation is a constant, in presets too",
    arguments: layerNormalizations.indices,
    [RelevanceComposite.epsilon(1e-12), .epsilonPlus(epsilon: 1e-12)])
  func layerNormalization(_ index: Int, composite: RelevanceComposite) throws {
    let x = [0.5, -1.5, 2.0]
    let (scale, shift): ([Float], [Float]) = ([2, 0.5, 1], [0.25, 1, -0.5])
    let answer = try MadeNetwork.relevance(of: ReferenceTensor([1, 3], x), by: composite, seed: [1, 2, 3]) {
      Self.layerNormalizations[index].1($0) * $0.constant([3], scale) + $0.constant([3], shift)
    }
    let mean = x.reduce(0, +) / 3
    let standardDeviation = (x.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / 3 + Double(Float(1e-5)))
      .squareRoot()
    // y times its seed is the relevance of y, so that the share of each y is its seed.
    let shares = (0..<3).map { [1.0, 2, 3][$0] * Double(scale[$0]) / standardDeviation }
    let expected = (0..<3).map { x[$0] * (shares[$0] - shares.reduce(0, +) / 3) }
    #expect(relativeError(answer.relevance, expected) < 1e-5)
  }

  @Test("A gate that a layer of its own computes has half")
  func gate() throws {
    // x · σ(w · mean x), as in squeeze and excitation; the mean and the weight share among the elements.
    let answer = try MadeNetwork.relevance(of: ReferenceTensor([1, 2], [1, 3])) { x in
      x * x.mean([1]).applying(MatrixProduct(), x.constant([1, 1], [1])).sigmoid()
    }
    let total = answer.scores.reduce(0, +)
    let expected = [answer.scores[0] / 2 + total / 2 / 4, answer.scores[1] / 2 + total / 2 * 3 / 4]
    #expect(relativeError(answer.relevance, expected) < 1e-9)
  }

  @Test(
    "A product of two matrices shares half by terms among the elements of each, and a softmax as AttnLRP says"
  )
  func attention() throws {
    // One query of two numbers; keys are values: s = softmax(q kᵀ), o = s v.
    let x: [Double] = [0.5, -1, 1, 2, -0.5, 1.5]
    let answer = try MadeNetwork.relevance(of: ReferenceTensor([1, 3, 2], x), seed: [1, 2]) { x in
      let rows = x.rectified() - (-x).rectified()
      let (query, keys) = (rows[axis: 1, 0..<1], rows[axis: 1, 1..<3])
      return query.applying(MatrixProduct(transposesRight: true), keys).softmax(axis: -1)
        .applying(MatrixProduct(), keys)
    }
    let (q, k) = ([0.5, -1.0], [[1.0, 2], [-0.5, 1.5]])
    let logits = k.map { q[0] * $0[0] + q[1] * $0[1] }
    let exponentials = logits.map(exp)
    let s = exponentials.map { $0 / exponentials.reduce(0, +) }
    let o = (0..<2).map { c in s[0] * k[0][c] + s[1] * k[1][c] }
    let r = [o[0], 2 * o[1]]
    var (ofS, ofQ, ofK) = ([0.0, 0], [0.0, 0], [[0.0, 0], [0, 0]])
    for row in 0..<2 {
      for column in 0..<2 {
        let term = s[row] * k[row][column] * r[column] / o[column] / 2
        ofS[row] += term
        ofK[row][column] += term
      }
    }
    let ofLogits = (0..<2).map { logits[$0] * (ofS[$0] - s[$0] * (ofS[0] + ofS[1])) }
    for row in 0..<2 {
      for column in 0..<2 {
        let term = q[column] * k[row][column] * ofLogits[row] / logits[row] / 2
        ofQ[column] += term
        ofK[row][column] += term
      }
    }
    #expect(relativeError(answer.relevance, ofQ + ofK[0] + ofK[1]) < 1e-9)
  }

  @Test("Relevance at an operation without a rule is an error that names the node")
  func unknown() {
    let error = #expect(throws: GraphError.self) {
      try MadeNetwork.relevance(of: ReferenceTensor([1, 1, 2], [1, 2])) { x in
        x.builder.append(
          AveragePoolingGradient(Self.window, includesPadding: false, extents: [4]), [x], name: "spread")
      }
    }
    #expect(error?.code == .notDifferentiable && error?.node == "spread")
    #expect(error?.message.hasPrefix("no rule says how relevance goes back through it") == true)
  }

  @Test("Without biases each composite hands back what it was given", arguments: conserving)
  func conservation(_ name: String) throws {
    let composite: RelevanceComposite =
      switch name {
      case "epsilon": .epsilon(1e-12)
      case "epsilon-plus": .epsilonPlus(epsilon: 1e-12)
      case "epsilon-alpha2-beta1": .epsilonAlpha2Beta1(epsilon: 1e-12)
      case "epsilon-plus-flat": .epsilonPlusFlat(epsilon: 1e-12)
      case "epsilon-alpha2-beta1-box": .epsilonAlpha2Beta1Box(epsilon: 1e-12)
      case "epsilon-gamma-box": .epsilonGammaBox(epsilon: 1e-12)
      case "excitation-backprop": .excitationBackprop
      default: .deepTaylor()
      }
    var generator = SplitMix64(seed: 4)
    let input = ReferenceTensor(.random([1, 3, 8, 8], using: &generator))
    let geometry = WindowGeometry(
      strides: [1, 1], dilations: [1, 1], paddingBefore: [1, 1], paddingAfter: [1, 1])
    let window = PoolingWindow(
      kernel: [2, 2],
      geometry: .init(strides: [2, 2], dilations: [1, 1], paddingBefore: [0, 0], paddingAfter: [0, 0]))
    let answer = try MadeNetwork.relevance(of: input, by: composite) { x in
      let stem = x.applying(Convolution(geometry: geometry), x.random([6, 3, 3, 3], seed: 1)).rectified()
      let branch = stem.applying(Convolution(geometry: geometry), x.random([6, 6, 3, 3], seed: 2)).rectified()
      let pooled = (stem + branch).applying(MaximumPooling(window)).mean([2, 3]).reshaped(to: [1, 6])
      return pooled.applying(MatrixProduct(), x.random([6, 1], seed: 3))
    }
    #expect(answer.overriddenCount > 0)
    #expect(relativeError([answer.relevance.reduce(0, +)], answer.scores) < 1e-4)
  }

  private static let conserving = [
    "epsilon", "epsilon-plus", "epsilon-alpha2-beta1", "epsilon-plus-flat", "epsilon-alpha2-beta1-box",
    "epsilon-gamma-box", "excitation-backprop", "deep-taylor",
  ]
}
