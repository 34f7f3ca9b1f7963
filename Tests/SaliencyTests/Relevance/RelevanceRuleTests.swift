import Saliency
import SaliencyCore
import SaliencyTestSupport
import Testing

/// Each rule against its definition as a loop over the terms of z = Σᵢ xᵢ wᵢ + b.
@Suite("Rules are their definitions")
struct RelevanceRuleTests {
  /// What is known of one sum.
  struct Terms {
    let x: [Double]
    let w: [Double]
    let b: Double

    var products: [Double] { zip(x, w).map(*) }
    var z: Double { products.reduce(b, +) }
    func sum(_ isMeant: (Double) -> Bool) -> Double { (products + [b]).filter(isMeant).reduce(0, +) }
  }

  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let rule: RelevanceRule
    /// The share of each input in the relevance of a sum.
    let shares: @Sendable (Terms) -> [Double]

    init(_ sentence: String, _ rule: RelevanceRule, _ shares: @escaping @Sendable (Terms) -> [Double]) {
      (testDescription, self.rule, self.shares) = (sentence, rule, shares)
    }
  }

  /// The rules' own stabilizer, in single precision as they have it.
  private static let stabilizer = Double(RelevanceRule.stabilizer)

  private static func stable(_ z: Double, _ epsilon: Double = stabilizer) -> Double {
    z + (z < 0 ? -epsilon : epsilon)
  }

  static let cases: [Case] = [
    Case("LRP-0 shares by terms", .zero) { terms in terms.products.map { $0 / terms.z } },
    Case("ε moves the sum away from 0", .epsilon(0.25)) { terms in
      terms.products.map { $0 / stable(terms.z, 0.25) }
    },
    Case("without its bias a sum is that of its terms", .epsilon(0.25).withoutBiases()) { terms in
      terms.products.map { $0 / stable(terms.z - terms.b, 0.25) }
    },
    Case("γ favors terms of the sum's sign", .gamma(0.5)) { terms in
      let favors: (Double) -> Bool = { terms.z > 0 ? $0 > 0 : $0 < 0 }
      let total = stable(terms.z + 0.5 * terms.sum(favors))
      return terms.products.map { ($0 + (favors($0) ? 0.5 * $0 : 0)) / total }
    },
    Case("α and β weigh the signs apart", .alphaBeta(2, 1)) { terms in
      let (p, n) = (stable(terms.sum { $0 > 0 }), stable(terms.sum { $0 < 0 }))
      return terms.products.map { $0 > 0 ? 2 * $0 / p : -$0 / n }
    },
    Case("z⁺ is α = 1 and β = 0", .zPlus) { terms in
      let p = stable(terms.sum { $0 > 0 })
      return terms.products.map { max($0, 0) / p }
    },
    Case(
      "z^B measures from the ends of the box", .zBox(low: .number(-2), high: .channels([3, 2.5, 4, 3]))
    ) { terms in
      let ends = zip(terms.w, [3, 2.5, 4, 3]).map { w, high in w > 0 ? -2 * w : high * w }
      let parts = zip(terms.products, ends).map { $0 - $1 }
      let total = stable(parts.reduce(0, +))
      return parts.map { $0 / total }
    },
    Case("without ends the box is that of the input", .zBox()) { terms in
      let parts = zip(terms.x, terms.w).map { x, w in (x - (w > 0 ? terms.x.min()! : terms.x.max()!)) * w }
      let total = stable(parts.reduce(0, +))
      return parts.map { $0 / total }
    },
    Case("w² leaves the input out", .wSquare) { terms in
      let total = stable(terms.w.reduce(terms.b * terms.b) { $0 + $1 * $1 })
      return terms.w.map { $0 * $0 / total }
    },
    Case("flat gives all the same", .flat) { terms in
      terms.w.map { _ in 1 / stable(Double(terms.w.count)) }
    },
  ]

  /// Four inputs, three sums.
  private static let weights: [Float] = [
    0.5, -1, 0.25, -0.75, 2, -0.5, 1, 0.5, -1.25, -0.25, 1.5, 0.75,
  ]
  private static let biases: [Float] = [0.5, -0.25, -1]
  private static let seed: [Float] = [1, -2, 0.5]

  @Test("A dense layer", arguments: cases, [[1.5, -0.5, 0.75, 2], [0.25, 1, 2, 0.5]])
  func dense(_ rule: Case, x: [Double]) throws {
    let answer = try MadeNetwork.relevance(
      of: ReferenceTensor([1, 4], x), by: RelevanceComposite("one", [(.all, rule.rule)]), seed: Self.seed
    ) { input in
      input.builder.append(
        MatrixProduct(), [input, input.constant([4, 3], Self.weights), input.constant([3], Self.biases)])
    }
    var expected = [Double](repeating: 0, count: 4)
    for sum in 0..<3 {
      let terms = Terms(
        x: x, w: (0..<4).map { Double(Self.weights[$0 * 3 + sum]) }, b: Double(Self.biases[sum]))
      for (index, share) in rule.shares(terms).enumerated() {
        expected[index] += share * Double(Self.seed[sum]) * terms.z
      }
    }
    #expect(relativeError(answer.relevance, expected) < 1e-12)
  }

  @Test("Pass hands relevance on as it is")
  func pass() throws {
    let answer = try MadeNetwork.relevance(
      of: ReferenceTensor([1, 2], [1, -2]), by: RelevanceComposite("pass", [(.all, .pass)])
    ) { $0.applying(MatrixProduct(), $0.constant([2, 2], [1, 2, 3, 4])) }
    #expect(answer.relevance == answer.scores)
  }

  @Test("Pass is an error where a sum changes the shape")
  func passOfAnotherShape() {
    #expect(throws: GraphError.self) {
      try MadeNetwork.relevance(
        of: ReferenceTensor([1, 2], [1, -2]), by: RelevanceComposite("pass", [(.all, .pass)])
      ) { $0.applying(MatrixProduct(), $0.constant([2, 3], [1, 2, 3, 4, 5, 6])) }
    }
  }

  @Test("Bounds of another number than the channels are an error that names the numbers")
  func bounds() {
    let error = #expect(throws: GraphError.self) {
      try MadeNetwork.relevance(
        of: ReferenceTensor([1, 2], [1, -2]), by: .deepTaylor(low: .channels([-1, -2, -3]), high: .number(1))
      ) { $0.applying(MatrixProduct(), $0.constant([2, 2], [1, 2, 3, 4])) }
    }
    #expect(error?.message == "3 bounds are given for 2 channels of the input")
  }

  @Test("The first entry that a layer fits says its rule, and one that fits none has the ε-rule")
  func order() throws {
    let input = ReferenceTensor([1, 2], [1, -2])
    func answer(_ rules: [(layers: RelevanceComposite.Layers, rule: RelevanceRule)]) throws -> [Double] {
      try MadeNetwork.relevance(of: input, by: RelevanceComposite("ordered", rules)) { x in
        x.applying(MatrixProduct(), x.constant([2, 2], [1, 2, 3, -4]), name: "below").rectified()
          .applying(MatrixProduct(), x.constant([2, 2], [1, -2, 0.5, 3]), name: "above")
      }.relevance
    }
    let flat = try answer([(.all, .flat)])
    #expect(try answer([(.named("below", "above"), .flat), (.all, .pass)]) == flat)
    #expect(try answer([(.first(of: .dense), .pass), (.all, .flat)]) != flat)
    #expect(try answer([(.first(of: .named("above")), .pass), (.named("below"), .flat)]) != flat)
    #expect(try answer([(.convolutions, .flat)]) == answer([(.all, .epsilon())]))
    let above = try answer([(.matching { $0.name == "above" && $0.kind == .dense }, .flat)])
    #expect(try above == answer([(.first(of: .all), .epsilon()), (.all, .flat)]))
  }

  @Test("A rule for a layer that is not there is an error that says which are alike")
  func unknownLayer() {
    let error = #expect(throws: SaliencyError.self) {
      try MadeNetwork.relevance(
        of: ReferenceTensor([1, 1], [1]), by: RelevanceComposite("lost", [(.named("dens"), .flat)])
      ) { $0.applying(MatrixProduct(), $0.constant([1, 1], [1]), name: "dense") }
    }
    #expect(
      error?.message
        == "composite 'lost' has a rule for 'dens', which is no layer with weights between the input and what is explained; did you mean 'dense'?"
    )
  }

  @Test("Where a sum is 0, LRP-0 loses its relevance and is finite")
  func zero() throws {
    let answer = try MadeNetwork.relevance(
      of: ReferenceTensor([1, 2], [0, 0]), by: RelevanceComposite("zero", [(.all, .zero)])
    ) { $0.applying(MatrixProduct(), $0.constant([2, 2], [1, 2, 3, 4])) }
    #expect(answer.relevance == [0, 0])
  }

  @Test("A rule of one's own is a formula")
  func ownRule() throws {
    let generous = RelevanceRule("generous") { sum, relevance in
      let all = sum.output + sum.part(.positive)
      let shares = relevance.divided(by: all, stabilizer: 1e-6)
      return sum.contributions(.all, to: shares) + sum.contributions(.positive, to: shares)
    }
    let answer = try MadeNetwork.relevance(
      of: ReferenceTensor([1, 3], [1, 2, 3]), by: RelevanceComposite("generous", [(.all, generous)])
    ) { $0.applying(MatrixProduct(), $0.constant([3, 1], [2, -1, 1])) }
    // z = 2 − 2 + 3 = 3, and the positive terms are 5.
    #expect(relativeError(answer.relevance, [4, -2, 6].map { $0 * 3 / (8 + 1e-6) }) < 1e-7)
  }
}
