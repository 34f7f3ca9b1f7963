import SaliencyCore
import Testing

@testable import Saliency

/// What is known of a layer by the operations that it is made of, whatever its kind is called in the file.
@Suite("What a layer is follows from its operations")
struct LayerTraitTests {
  /// A network of one layer on an input, and of a rectifier behind it.
  private static func network(_ shape: Shape, _ make: (Value) -> Value) throws -> Network {
    let builder = GraphBuilder()
    let x = builder.input("x", shape: shape)
    builder.scope = "layer"
    let layer = make(x)
    builder.scope = "end"
    let end = layer.rectified()
    let layers = [("layer", layer), ("end", end)].enumerated().map { index, layer in
      Network.Layer(
        name: layer.0, kind: "Any", node: layer.1.index, shape: layer.1.shape, index: index)
    }
    return Network(
      graph: try builder.graph(outputs: [end]), inputs: [.init(name: "x", node: x.index, shape: shape)],
      outputs: [.init(name: "end", node: end.index, shape: end.shape)], layers: layers)
  }

  private static let activations: [(String, @Sendable (Value) -> Value)] = [
    ("rectifier", { $0.rectified() }), ("leaky rectifier", { $0.applying(LeakyRectifier(slope: 0.1)) }),
    ("parametric rectifier", { $0.parametricRectifier(slope: $0.constant([3], [0.1, 0.2, 0.3])) }),
    ("sigmoid", { $0.sigmoid() }), ("hyperbolic tangent", { $0.hyperbolicTangent() }),
    ("softplus", { $0.applying(Softplus()) }), ("softsign", { $0.softsign() }), ("mish", { $0.mish() }),
    ("ELU", { $0.applying(ExponentialLinear(alpha: 1)) }), ("SELU", { $0.scaledExponentialLinear() }),
    ("hard swish", { $0.hardSwish() }), ("GELU", { $0.gaussianErrorLinear(isApproximate: false) }),
    ("clamp", { $0.applying(Clamp(lower: -1, upper: 1)) }), ("SiLU", { $0 * $0.sigmoid() }),
  ]

  private static let others: [(String, @Sendable (Value) -> Value)] = [
    ("scale and shift", { $0 * $0.constant([3], [1, 2, 3]) + 1 }), ("square", { $0 * $0 }),
    ("exponential", { $0.exponential() }), ("magnitude", { $0.magnitude() }),
    ("layer normalization", { $0.standardised(over: [1], epsilon: 1e-5) }),
    ("norm", { $0 / ($0.squared().sum([1])).squareRoot() }),
    ("product with weights", { $0.applying(MatrixProduct(), $0.constant([3, 1], [1, 2, 3])) }),
  ]

  @Test("Activations are found, and nothing else")
  func activation() throws {
    for (name, make) in Self.activations + Self.others {
      let network = try Self.network([2, 3], make)
      let builder = GraphBuilder(continuing: network.graph)
      let end = builder.value(at: network.outputs[0].node)
      let ones = [Float](repeating: 1, count: end.shape.elementCount)
      let context = try MethodContext(
        of: (end, "end"), seed: builder.constant(Tensor(shape: end.shape, values: ones)),
        withRespectTo: (builder.value(at: network.inputs[0].node), "x"), channelAxis: nil, in: network,
        method: "made")
      let isActivation = Self.activations.contains { $0.0 == name }
      #expect(context.keptActivations.map(\.name) == (isActivation ? ["layer", "end"] : ["end"]), "\(name)")
    }
  }

  @Test("A function that several layers compute makes no activation of the last one")
  func severalLayers() throws {
    let network = try Self.network([2, 3]) { x in
      x.builder.scope = "other"
      let divisor = x.magnitude() + 1
      x.builder.scope = "layer"
      return x / divisor
    }
    let index = network.layers[0].node
    #expect(!network.graph.isActivation[index])
  }

  private static let axes: [(String, shape: Shape, axis: Int?, make: @Sendable (Value) -> Value)] = [
    ("a product with a matrix", [1, 4, 3], 2, { $0.applying(MatrixProduct(), $0.random([3, 5], seed: 1)) }),
    (
      "a product with a vector, whose axis is dropped", [1, 2, 4, 3], 2,
      { $0.applying(MatrixProduct(), $0.random([3, 1], seed: 1)).reshaped(to: [1, 2, 4]) }
    ),
    (
      "layer normalization", [1, 4, 3], 2,
      { $0.standardised(over: [2], epsilon: 1e-5) * $0.random([3], seed: 1) + $0.random([3], seed: 2) }
    ),
    (
      "layer normalization without a shift", [1, 2, 4, 3], 3,
      { $0.standardised(over: [2, 3], epsilon: 1e-5) * $0.random([4, 3], seed: 1) }
    ),
    (
      "instance normalization", [1, 3, 4], 1,
      {
        $0.standardised(over: [2], epsilon: 1e-5) * $0.random([3, 1], seed: 1) + $0.random([3, 1], seed: 2)
      }
    ),
    ("a bias of the last axis alone", [1, 4, 3], 1, { $0 + $0.random([3], seed: 1) }),
    ("a rectifier", [1, 4, 3], 1, { $0.rectified() }),
    (
      "a product with a matrix of one item", [4, 3], nil,
      { $0.applying(MatrixProduct(), $0.random([3, 5], seed: 1)) }
    ),
  ]

  @Test("The axis of units")
  func channels() throws {
    for (name, shape, axis, make) in Self.axes {
      let network = try Self.network(shape, make)
      #expect(network.channelAxis(of: network.layers[0]) == axis, "\(name)")
    }
  }
}
