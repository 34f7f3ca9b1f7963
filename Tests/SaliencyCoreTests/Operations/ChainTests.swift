import SaliencyCore
import SaliencyTestSupport
import Testing

@Suite("Chains of operations, in which layouts flow from one to the next")
struct ChainTests {
  @Test("A chain and its derivatives agree with their definitions", arguments: chains)
  func chain(_ function: CheckedFunction) async throws {
    try await expectAgreement(on: function)
  }

  @Test("Optimizing a graph with its explanation changes none of its values", arguments: chains)
  func optimized(_ function: CheckedFunction) async throws {
    for rule in [nil, BackpropRule.guided, .rectified] {
      var generator = SplitMix64(seed: 1)
      let builder = GraphBuilder()
      let x = builder.input("x", shape: function.arguments[0].shape)
      let output = function.append(to: builder, [x], &generator)
      let gradient = try Differentiation(of: output, seed: output, withRespectTo: [x], rule: rule).gradients[
        0]!
      let graph = try builder.graph(outputs: [output, gradient])
      let inputs = ["x": ReferenceTensor(.random(x.shape, using: &generator))]
      let expected = try ReferenceEvaluator.evaluate(graph, inputs)
      let optimized = try graph.optimized()
      #expect(optimized.workCount <= graph.workCount)
      for (result, expected) in zip(try ReferenceEvaluator.evaluate(optimized, inputs), expected) {
        #expect(result.shape == expected.shape)
        #expect(relativeError(result.values, expected.values) < 1e-12)
      }
      try await expectReferenceValues(of: optimized, inputs.mapValues(\.tensor), tolerance: 1e-4)
    }
  }

  private static func pooling(_ kernel: Int, stride: Int, before: Int = 0, after: Int = 0) -> PoolingWindow {
    PoolingWindow(
      kernel: [kernel, kernel],
      geometry: .init(
        rank: 2, strides: [stride, stride], before: [before, before], after: [after, after]))
  }

  static let chains: [CheckedFunction] = [
    CheckedFunction("a residual classifier", [.init([2, 3, 8, 8])]) { builder, arguments, generator in
      let stem = arguments[0].convolved(to: 16, bias: true, &generator).rectified()
      let first = stem.convolved(to: 24, bias: true, &generator).rectified()
        .applying(MaximumPooling(pooling(2, stride: 2)))
      let shortcut = stem.applying(AveragePooling(pooling(2, stride: 2), includesPadding: false))
        .convolved(to: 24, kernel: 1, &generator)
      let sum = (first + shortcut).rectified()
      let joined = builder.append(Concatenation(axis: 1), [sum, first, shortcut])
      let flat = joined.mean([2, 3]).reshaped(to: [2, 72])
      let weights = builder.constant(.random([72, 10], using: &generator))
      let bias = builder.constant(.random([10], using: &generator))
      return flat.applying(MatrixProduct(), weights, bias).applying(Softmax(axis: 1))
    },
    CheckedFunction("an inverted residual with squeeze and excitation", [.init([1, 24, 6, 6])]) {
      builder, arguments, generator in
      let x = arguments[0].inBlockedLayout(&generator)
      let expanded = x.convolved(to: 40, kernel: 1, bias: true, &generator).swish()
      let depthwise = expanded.convolved(to: 40, groups: 40, bias: true, &generator).swish()
      let squeezed = depthwise.mean([2, 3])
      let excitation = squeezed.convolved(to: 8, kernel: 1, bias: true, &generator).rectified()
        .convolved(to: 40, kernel: 1, bias: true, &generator).applying(Sigmoid())
      return x + (depthwise * excitation).convolved(to: 24, kernel: 1, &generator)
    },
    CheckedFunction("batch normalization with constants", [.init([2, 24, 4, 4])]) {
      builder, arguments, generator in
      func statistics(_ range: ClosedRange<Float>) -> Value {
        builder.constant(.random([1, 24, 1, 1], in: range, using: &generator))
      }
      let x = arguments[0].convolved(to: 24, &generator)
      let (mean, variance) = (statistics(-1...1), statistics(0.5...2))
      let (scale, shift) = (statistics(-1...1), statistics(-1...1))
      return ((x - mean) / (variance + 1e-5).applying(SquareRoot()) * scale + shift).rectified()
    },
    CheckedFunction("layer normalization over channels in front", [.init([2, 5, 24])]) {
      builder, arguments, generator in
      let x = arguments[0]
      let centered = x - x.mean([2])
      let variance = (centered * centered).mean([2])
      return centered / (variance + 1e-3).applying(SquareRoot())
        * builder.constant(.random([24], using: &generator))
    },
    CheckedFunction("attention with two heads", [.init([1, 5, 16])]) { builder, arguments, generator in
      func projected(_ order: [Int]) -> Value {
        arguments[0].applying(MatrixProduct(), builder.constant(.random([16, 16], using: &generator)))
          .reshaped(to: [1, 5, 2, 8]).transposed(order)
      }
      let (queries, keys, values) = (
        projected([0, 2, 1, 3]), projected([0, 2, 3, 1]), projected([0, 2, 1, 3])
      )
      let weights = (queries.applying(MatrixProduct(), keys) * 0.35).applying(Softmax(axis: 3))
      return weights.applying(MatrixProduct(), values).transposed([0, 2, 1, 3]).reshaped(to: [1, 5, 16])
    },
    CheckedFunction("channels last between transposes", [.init([1, 6, 6, 3])]) {
      builder, arguments, generator in
      let x = arguments[0].transposed([0, 3, 1, 2]).convolved(to: 16, &generator)
      let last = x.transposed([0, 2, 3, 1]) + builder.constant(.random([16], using: &generator))
      return last.transposed([0, 3, 1, 2]).rectified().applying(
        MaximumPooling(pooling(3, stride: 2, after: 1)))
    },
    CheckedFunction("a residual network with channels last", [.init([2, 8, 8, 3])]) {
      builder, arguments, generator in
      func convolved(_ x: Value, to outputs: Int) -> Value {
        x.transposed([0, 3, 1, 2]).convolved(to: outputs, &generator).transposed([0, 2, 3, 1])
      }
      func normalized(_ x: Value) -> Value {
        x * builder.constant(.random([x.shape[3]], in: 0.5...1.5, using: &generator))
          + builder.constant(.random([x.shape[3]], using: &generator))
      }
      let stem = normalized(convolved(arguments[0], to: 16)).rectified()
      let branch = normalized(convolved(stem, to: 16)).swish()
      let excitation = branch.mean([1, 2]).applying(Sigmoid())
      let sum = (stem + branch * excitation).rectified()
      let joined = builder.append(Concatenation(axis: 3), [sum, stem])
        .applying(Padding(before: [0, 1, 0, 0], after: [0, 0, 1, 0]))
      return normalized(convolved(joined.sliced(axis: 3, from: 2, count: 29), to: 24)).mean([1, 2])
    },
    CheckedFunction("transpositions that do not meet their inverse", [.init([2, 3, 4, 5])]) {
      builder, arguments, generator in
      let x = arguments[0].transposed([3, 0, 1, 2]).applying(HyperbolicTangent())
      let y = x.transposed([1, 3, 0, 2]) * builder.constant(.random([4, 5, 3], using: &generator))
      let shifted = y + builder.constant(.random([5, 1], using: &generator))
      return builder.append(Concatenation(axis: 1), [shifted, shifted.rectified()]).mean([2])
        + arguments[0].transposed([0, 2, 3, 1]).sum([3]).sum([1, 2])
    },
    CheckedFunction("up and down with skips", [.init([1, 16, 8, 8])]) { builder, arguments, generator in
      let down = arguments[0].convolved(to: 24, &generator).applying(LeakyRectifier(slope: 0.1))
      let pooled = down.applying(MaximumPooling(pooling(2, stride: 2)))
      let kernel = builder.constant(.random([24, 16, 2, 2], using: &generator))
      let up = pooled.applying(
        TransposedConvolution(geometry: .init(rank: 2, strides: [2, 2]), extents: [8, 8]), kernel)
      let joined = builder.append(Concatenation(axis: 1), [up, arguments[0], down])
      return joined.sliced(axis: 1, from: 3, count: 37).convolved(to: 3, kernel: 1, &generator)
    },
    CheckedFunction("shuffled channels", [.init([1, 24, 4, 4])]) { builder, arguments, generator in
      let x = arguments[0].convolved(to: 24, kernel: 1, groups: 3, &generator)
      let shuffled = x.reshaped(to: [1, 3, 8, 4, 4]).transposed([0, 2, 1, 3, 4]).reshaped(to: [1, 24, 4, 4])
      return shuffled.convolved(to: 24, groups: 24, &generator).rectified() * x
    },
    CheckedFunction("one value in three places", [.init([1, 16, 5, 5])]) { builder, arguments, generator in
      let x = arguments[0].convolved(to: 16, &generator).rectified()
      return x.convolved(to: 16, &generator) + x + x
        * x.convolved(to: 16, kernel: 1, &generator).applying(Sigmoid())
    },
    CheckedFunction("activations that fold into a convolution, one after another", [.init([1, 3, 5, 5])]) {
      builder, arguments, generator in
      arguments[0].convolved(to: 24, bias: true, &generator).applying(HyperbolicTangent())
        .applying(Affine(scale: 2, offset: 0.5)).applying(ExponentialLinear(alpha: 1)).applying(Exponential())
        .mean([1])
    },
    CheckedFunction("functions of 0 that are not 0, in padded blocks", [.init([1, 3, 4, 4])]) {
      builder, arguments, generator in
      let x = arguments[0].convolved(to: 19, &generator)
      let y = builder.append(
        Concatenation(axis: 1), [x.applying(Exponential()), x.applying(Sigmoid()) + 3, x])
      return y.convolved(to: 5, &generator) + y.sum([1])
    },
    CheckedFunction("gated in blocks that are padded", [.init([1, 3, 4, 4])]) {
      builder, arguments, generator in
      let x = arguments[0].convolved(to: 19, &generator)
      let shifted = x + 1
      return shifted.gated(by: x - 1, above: -2).convolved(to: 7, &generator)
    },
    CheckedFunction("signals over one axis", [.init([2, 3, 16])]) { builder, arguments, generator in
      let x = arguments[0].convolved(to: 16, bias: true, &generator).rectified()
      let pooled = x.applying(
        AveragePooling(
          PoolingWindow(kernel: [3], geometry: .init(rank: 1, strides: [2], before: [1])),
          includesPadding: true))
      return pooled.convolved(to: 24, groups: 8, &generator).sum([2], keepsAxes: false)
    },
    CheckedFunction("volumes", [.init([1, 2, 4, 4, 4])]) { builder, arguments, generator in
      let x = arguments[0].convolved(to: 16, bias: true, &generator).rectified()
      let pooled = x.applying(
        MaximumPooling(PoolingWindow(kernel: [2, 2, 2], geometry: .init(rank: 3, strides: [2, 2, 2]))))
      return pooled.convolved(to: 3, &generator).mean([2, 3, 4])
    },
  ]
}

extension Graph {
  /// The number of nodes that have to be computed for each input: those that depend on one and do not just view it.
  fileprivate var workCount: Int {
    var dependsOnInput = [Bool](repeating: false, count: nodes.count)
    return nodes.indices.count { index in
      let node = nodes[index]
      dependsOnInput[index] = node.operation is Input || node.operands.contains { dependsOnInput[$0] }
      return dependsOnInput[index] && !(node.operation is Reshape || node.operation is Transpose)
    }
  }
}

extension Value {
  /// A convolution that keeps odd extents, with random weights of about unit gain.
  fileprivate func convolved(
    to outputs: Int, kernel: Int = 3, groups: Int = 1, bias: Bool = false, _ generator: inout SplitMix64
  ) -> Value {
    let spatial = shape.count - 2
    let kernelShape = [outputs, shape[1] / groups] + [Int](repeating: kernel, count: spatial)
    let bound = (3 / Float(kernelShape[1...].reduce(1, *))).squareRoot()
    var operands = [self, builder.constant(.random(kernelShape, in: -bound...bound, using: &generator))]
    if bias { operands.append(builder.constant(.random([outputs], using: &generator))) }
    let padding = [Int](repeating: kernel / 2, count: spatial)
    return builder.append(
      Convolution(geometry: .init(rank: spatial, before: padding), groups: groups), operands)
  }

  /// x · sigmoid(x)
  fileprivate func swish() -> Value { self * applying(Sigmoid()) }
}
