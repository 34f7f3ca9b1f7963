import Saliency
import SaliencyCore
import SaliencyTestSupport
import Testing

/// Scales and shifts by channel are a part of the weighted sum that they stand beside.
@Suite("Normalizations beside a sum are merged into it")
struct RelevanceMergingTests {
  struct Twins: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let shape: Shape
    let apart: @Sendable (Value) -> Value
    let merged: @Sendable (Value) -> Value

    init(
      _ sentence: String, _ shape: Shape, _ apart: @escaping @Sendable (Value) -> Value,
      same merged: @escaping @Sendable (Value) -> Value
    ) {
      (testDescription, self.shape, self.apart, self.merged) = (sentence, shape, apart, merged)
    }
  }

  private static func geometry(_ rank: Int, stride: Int = 1, padding: Int = 0) -> WindowGeometry {
    func all(_ number: Int) -> [Int] { [Int](repeating: number, count: rank) }
    return WindowGeometry(
      strides: all(stride), dilations: all(1), paddingBefore: all(padding), paddingAfter: all(padding))
  }

  /// Four numbers, along the axis of the channels of a tensor of `rank` axes.
  private static func vector(_ x: Value, _ seed: UInt64, after axes: Int = 0) -> Value {
    x.random([4] + [Int](repeating: 1, count: axes), seed: seed)
  }

  private static let convolution = Convolution(geometry: geometry(2, padding: 1))
  private static let grouped = Convolution(geometry: geometry(1), groups: 2)

  static let twins: [Twins] = [
    Twins("behind a matrix", [2, 3]) { x in
      x.applying(MatrixProduct(), x.random([3, 4], seed: 1)) * vector(x, 2) + vector(x, 3)
    } same: { x in
      x.applying(MatrixProduct(), x.random([3, 4], seed: 1) * vector(x, 2), vector(x, 3))
    },
    Twins("before a matrix", [2, 4]) { x in
      (x * vector(x, 2) + vector(x, 3)).applying(MatrixProduct(), x.random([4, 3], seed: 1))
    } same: { x in
      let weights = x.random([4, 3], seed: 1)
      return x.applying(
        MatrixProduct(), weights * vector(x, 2, after: 1),
        vector(x, 3).reshaped(to: [1, 4]).applying(MatrixProduct(), weights).reshaped(to: [3]))
    },
    Twins("around a transposed matrix, subtracted and divided by", [2, 4]) { x in
      let product = (vector(x, 3) - x / vector(x, 2)).applying(
        MatrixProduct(transposesRight: true), x.random([4, 4], seed: 1))
      return (product - vector(x, 4)) * 2 + 1
    } same: { x in
      let weights = x.random([4, 4], seed: 1)
      let bias = vector(x, 3).reshaped(to: [1, 4]).applying(MatrixProduct(transposesRight: true), weights)
      return x.applying(
        MatrixProduct(transposesRight: true), weights / vector(x, 2) * -2,
        (bias.reshaped(to: [4]) - vector(x, 4)) * 2 + 1)
    },
    Twins("behind a convolution with a bias", [2, 3, 4, 5]) { x in
      x.applying(convolution, x.random([4, 3, 3, 3], seed: 1), vector(x, 2)) * vector(x, 3, after: 2)
        + vector(x, 4, after: 2)
    } same: { x in
      x.applying(
        convolution, x.random([4, 3, 3, 3], seed: 1) * vector(x, 3, after: 3),
        vector(x, 2) * vector(x, 3) + vector(x, 4))
    },
    Twins("before a convolution in groups", [2, 4, 6]) { x in
      (x * vector(x, 2, after: 1)).applying(grouped, x.random([6, 2, 3], seed: 1))
    } same: { x in
      let scale = vector(x, 2).reshaped(to: [2, 1, 2]).broadcast(to: [2, 3, 2]).reshaped(to: [6, 2, 1])
      return x.applying(grouped, x.random([6, 2, 3], seed: 1) * scale)
    },
    Twins("around a transposed convolution in groups", [2, 4, 5]) { x in
      let operation = TransposedConvolution(geometry: geometry(1), groups: 2, extents: [7])
      let sum = (x * vector(x, 2, after: 1)).applying(operation, x.random([4, 2, 3], seed: 1))
      return sum * vector(x, 3, after: 1)
    } same: { x in
      let operation = TransposedConvolution(geometry: geometry(1), groups: 2, extents: [7])
      let scale = vector(x, 3).reshaped(to: [2, 1, 2]).broadcast(to: [2, 2, 2]).reshaped(to: [4, 2, 1])
      return x.applying(operation, x.random([4, 2, 3], seed: 1) * vector(x, 2, after: 2) * scale)
    },
    Twins("between two matrices, of which the first has it", [2, 3]) { x in
      (x.applying(MatrixProduct(), x.random([3, 4], seed: 1)) * vector(x, 2) + vector(x, 3))
        .applying(MatrixProduct(), x.random([4, 2], seed: 4))
    } same: { x in
      x.applying(MatrixProduct(), x.random([3, 4], seed: 1) * vector(x, 2), vector(x, 3))
        .applying(MatrixProduct(), x.random([4, 2], seed: 4))
    },
    Twins("behind a convolution, channels last", [2, 4, 5, 3]) { x in
      let sum = x.transposed([0, 3, 1, 2]).applying(convolution, x.random([4, 3, 3, 3], seed: 1))
      return sum.transposed([0, 2, 3, 1]) * vector(x, 2) + vector(x, 3)
    } same: { x in
      x.transposed([0, 3, 1, 2]).applying(
        convolution, x.random([4, 3, 3, 3], seed: 1) * vector(x, 2, after: 3), vector(x, 3)
      ).transposed([0, 2, 3, 1])
    },
    Twins("before a convolution without padding, channels last", [2, 4, 5, 4]) { x in
      let open = Convolution(geometry: geometry(2))
      return (x * vector(x, 2) + vector(x, 3)).transposed([0, 3, 1, 2])
        .applying(open, x.random([3, 4, 3, 3], seed: 1))
    } same: { x in
      let open = Convolution(geometry: geometry(2))
      let kernel = x.random([3, 4, 3, 3], seed: 1)
      let bias = vector(x, 3, after: 2).broadcast(to: [1, 4, 3, 3]).applying(open, kernel)
      return x.transposed([0, 3, 1, 2]).applying(
        open, kernel * vector(x, 2).reshaped(to: [1, 4, 1, 1]), bias.reshaped(to: [3]))
    },
  ]

  private static let rules: [RelevanceRule] = [
    .epsilon(0.1), .gamma(0.5), .alphaBeta(2, 1), .zBox(low: .number(-2), high: .number(2)), .wSquare, .flat,
  ]

  @Test("The network and its twin have the same relevance", arguments: twins)
  func sameRelevance(_ twins: Twins) throws {
    var generator = SplitMix64(seed: 9)
    let input = ReferenceTensor(.random(twins.shape, using: &generator))
    for rule in Self.rules {
      let composite = RelevanceComposite("one", [(.all, rule)])
      let apart = try MadeNetwork.relevance(of: input, by: composite, twins.apart)
      let merged = try MadeNetwork.relevance(of: input, by: composite, twins.merged)
      #expect(relativeError(apart.scores, merged.scores) < 1e-12)
      #expect(relativeError(apart.relevance, merged.relevance) < 1e-12, "\(rule.name)")
    }
  }

  /// What is read elsewhere too, a shift before padding, and shifts that are no channels'.
  private static let conserving: [(String, @Sendable (Value) -> Value)] = [
    (
      "a shift before padding counts where there is no padding",
      { x in
        (x * vector(x, 2, after: 2) + vector(x, 3, after: 2))
          .applying(convolution, x.random([3, 4, 3, 3], seed: 1))
      }
    ),
    (
      "a convolution that is read twice keeps its own result",
      { x in
        let sum = x.applying(convolution, x.random([4, 4, 3, 3], seed: 1))
        return sum * vector(x, 2, after: 2) + sum
      }
    ),
    (
      "numbers that differ from place to place stay apart",
      { x in
        x.applying(convolution, x.random([4, 4, 3, 3], seed: 1)) * x.random([3, 3], seed: 2)
      }
    ),
  ]

  @Test("Relevance is what the terms of all sums add up to", arguments: conserving.indices)
  func sums(_ index: Int) throws {
    let (sentence, network) = Self.conserving[index]
    var generator = SplitMix64(seed: 9)
    let input = ReferenceTensor(.random([1, 4, 3, 3], using: &generator))
    let answer = try MadeNetwork.relevance(of: input, network)
    // The ε-rule gives each input of a network without activations what the score would lose without it.
    let zero = try MadeNetwork.relevance(of: ReferenceTensor([1, 4, 3, 3], repeating: 0), network)
    let change = zip(answer.scores, zero.scores).reduce(0) { $0 + $1.0 - $1.1 }
    #expect(abs(answer.relevance.reduce(0, +) - change) < 1e-9, "\(sentence)")
  }
}
