import SaliencyCore
import SaliencyTestSupport

@testable import Saliency

/// A network that a test makes of operations, with a question about it, to be computed in double precision.
struct MadeNetwork {
  /// How relevant the elements of an input are.
  struct Answer {
    /// The relevance of each element of the input.
    let relevance: [Double]
    /// What is explained.
    let scores: [Double]
    /// At how many nodes relevance was handed on otherwise than by a derivative.
    let overriddenCount: Int
  }

  /// What a method is given.
  let context: MethodContext
  /// Where the answer is appended.
  var builder: GraphBuilder { context.builder }

  /// The sum of a network's results for an input 'x' is explained, each weighted by an element of `seed`, 1 where nil.
  init(_ shape: Shape, seed: [Float]? = nil, _ make: (Value) -> Value) throws {
    let made = GraphBuilder()
    let x = made.input("x", shape: shape)
    let y = make(x)
    let network = Network(
      graph: try made.graph(outputs: [y]), inputs: [.init(name: "x", node: x.index, shape: x.shape)],
      outputs: [.init(name: "y", node: y.index, shape: y.shape)], layers: [])
    let builder = GraphBuilder(continuing: network.graph)
    let weights = seed ?? [Float](repeating: 1, count: y.shape.elementCount)
    context = try MethodContext(
      of: (builder.value(at: y.index), "y"),
      seed: builder.constant(Tensor(shape: y.shape, values: weights)),
      withRespectTo: (builder.value(at: x.index), "x"), channelAxis: nil, in: network, method: "made")
  }

  /// The relevance of an input by a composite.
  static func relevance(
    of input: ReferenceTensor, by composite: RelevanceComposite = .epsilon(1e-12), seed: [Float]? = nil,
    _ make: (Value) -> Value
  ) throws -> Answer {
    let made = try MadeNetwork(input.shape, seed: seed, make)
    let relevance = try LayerwiseRelevance(composite).attribution(made.context)
    let results = try ReferenceEvaluator.evaluate(
      made.builder.graph(outputs: [relevance, made.context.explained]), ["x": input])
    return Answer(
      relevance: results[0].values, scores: results[1].values,
      overriddenCount: made.context.overriddenLayers.count)
  }
}

extension Value {
  /// A constant in the same graph.
  func constant(_ shape: Shape, _ values: [Float]) -> Value {
    builder.constant(Tensor(shape: shape, values: values))
  }

  /// A constant of random numbers from −1 to 1 in the same graph.
  func random(_ shape: Shape, seed: UInt64) -> Value {
    var generator = SaliencyTestSupport.SplitMix64(seed: seed)
    return builder.constant(.random(shape, using: &generator))
  }
}
