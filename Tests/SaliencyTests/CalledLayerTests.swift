import SaliencyCore
import Testing

@testable import Saliency

/// A convolution that is called on what is given, on the input 'x', and on a half of that, as in siamese networks.
@Suite("A layer that is called several times")
struct CalledLayerTests {
  /// The network, whose result is made of some of the calls.
  private static func network(calls: [Int]) throws -> Network {
    let builder = GraphBuilder()
    let x = builder.input("x", shape: [1, 1, 4, 4])
    let given = builder.constant(Tensor(shape: [1, 1, 4, 4], values: (0..<16).map { Float($0) / 16 }))
    let kernel = builder.constant(Tensor(shape: [2, 1, 1, 1], values: [1, -2]))
    let geometry = WindowGeometry(
      strides: [1, 1], dilations: [1, 1], paddingBefore: [0, 0], paddingAfter: [0, 0])
    builder.scope = "conv"
    let results = [given, x, x * 0.5].map { $0.applying(Convolution(geometry: geometry), kernel).rectified() }
    builder.scope = "sum"
    var sum = results[calls[0]]
    for call in calls.dropFirst() { sum = sum + results[call] }
    let output = sum.mean([2, 3]).reshaped(to: [1, 2])
    let layers = results.enumerated().map { index, result in
      Network.Layer(
        name: "conv", call: index + 1, kind: "Conv2D", node: result.index, shape: result.shape, index: 3)
    }
    return Network(
      graph: try builder.graph(outputs: [output] + results),
      inputs: [.init(name: "x", node: x.index, shape: x.shape)],
      outputs: [.init(name: "y", node: output.index, shape: output.shape)], layers: layers)
  }

  static let found: [(calls: [Int], reference: LayerReference, name: String)] = [
    ([0, 1], "conv", "conv#2"), ([0, 2], "conv", "conv#3"), ([0, 1], 3, "conv#2"), ([0, 2], "3", "conv#3"),
    ([0, 1], -1, "conv#2"), ([1, 2], "conv#1", "conv"), ([0, 1], "conv#2", "conv#2"),
    ([1, 2], "conv#3", "conv#3"),
  ]

  @Test("is found by its name where one call is on the way, and by the number of the call", arguments: found)
  func lookup(calls: [Int], reference: LayerReference, name: String) throws {
    #expect(try Self.network(calls: calls).layer(reference).name == name)
  }

  @Test("is asked about where several calls are on the way")
  func several() throws {
    for reference in ["conv", 3] as [LayerReference] {
      let error = #expect(throws: SaliencyError.self) {
        try Self.network(calls: [0, 1, 2]).layer(reference)
      }
      #expect(
        error?.message
          == "layer 'conv' is called 3 times, 2 of them on the way from input 'x'; name the one that is meant: "
          + "'conv#2', 'conv#3'")
    }
  }

  @Test("is refused where no call depends on the input, and where there is no such call")
  func none() throws {
    let network = try Self.network(calls: [0, 1])
    let first = Network(
      graph: network.graph, inputs: network.inputs, outputs: network.outputs,
      layers: [network.layers[0], network.layers[0]].enumerated().map {
        .init(name: "conv", call: $0 + 1, kind: "Conv2D", node: $1.node, shape: $1.shape, index: 3)
      })
    let error = #expect(throws: SaliencyError.self) { try first.layer("conv") }
    #expect(
      error?.message == "layer 'conv' is called 2 times, and none of the calls depends on input 'x'")
    let unknown = #expect(throws: SaliencyError.self) { try network.layer("conv#4") }
    #expect(unknown?.message.hasPrefix("layer 'conv#4' does not exist") == true)
  }

  @Test("is the one call where a network was cut")
  func cut() throws {
    let network = try Self.network(calls: [1, 2])
    let cut = network.cut(at: network.layers[1])
    #expect(try cut.layer("conv") == network.layers[1])
  }

  /// A question about the first unit, which is asked of 'x'.
  private static func context(_ network: Network, withRespectTo layer: Int? = nil) throws -> MethodContext {
    let builder = GraphBuilder(continuing: network.graph)
    let source = layer.map { network.layers[$0] }
    return try MethodContext(
      of: (builder.value(at: network.outputs[0].node), "y"),
      seed: builder.constant(Tensor(shape: [1, 2], values: [1, 0])),
      withRespectTo: (
        builder.value(at: source?.node ?? network.inputs[0].node), source.map { "layer '\($0.name)'" } ?? "x"
      ), channelAxis: 1, in: network, method: "made")
  }

  @Test("gives methods of the CAM family and conductance the call that is on the way")
  func methods() throws {
    let network = try Self.network(calls: [0, 1])
    let methods: [(LayerReference) -> any GraphMethod] = [
      { GradCAM(layers: [$0]) }, { LayerCAM(layers: [$0]) },
      { GradientThroughUnit(layer: $0, unit: 0, place: []) },
    ]
    for method in methods {
      let context = try Self.context(network)
      _ = try method("conv").attribution(context)
      #expect(context.methodLayers.map(\.name) == ["conv#2"])
      let error = #expect(throws: SaliencyError.self) {
        try method("conv#1").attribution(Self.context(network))
      }
      #expect(error?.message.contains("layer 'conv' does not depend on ") == true, "\(error?.message ?? "")")
    }
  }

  @Test("is refused with respect to a call that does not depend on the input")
  func source() throws {
    let network = try Self.network(calls: [0, 1])
    _ = try Self.context(network, withRespectTo: 1)
    let error = #expect(throws: SaliencyError.self) { try Self.context(network, withRespectTo: 0) }
    #expect(error?.message.hasPrefix("layer 'conv' does not depend on the input 'x'") == true)
  }

  @Test("is reported by the call whose derivative was replaced")
  func report() throws {
    let network = try Self.network(calls: [0, 2])
    let context = try Self.context(network)
    _ = try context.gradient(rule: .guided)
    #expect(context.overriddenLayers == ["conv#3"])
  }
}
