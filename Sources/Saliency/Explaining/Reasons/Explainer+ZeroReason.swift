import SaliencyCore
import Synchronization

extension Explainer {
  /// Why an attribution is zero everywhere; nil where it is not.
  ///
  /// Looks into the network for the same input anew.
  ///
  /// - Parameters:
  ///   - attribution: one that this explainer gave.
  ///   - item: which input of the batch is meant.
  /// - Throws: what ``attribution(of:target:labels:progress:)-(Tensor,_,_,_)`` throws.
  public func reasonForZero(of attribution: Attribution, item: Int = 0) async throws -> ZeroReason? {
    guard attribution.isZero(item: item) else { return nil }
    let parts = attribution.units.map { $0.map(\.part) }
    if try isIndependent(parts[item]) { return .independent }
    switch question.method.recipe {
    case .sampling(let method):
      if let method = method as? any ChannelWeightMethod {
        return try await channelReason(method, attribution, parts, item)
      }
      return question.modifier.mayCutOff
        ? .samplesOrCutOff(modifier: attribution.provenance.modifier) : method.zeroReason
    case .graph(let method):
      if attribution.provenance.isModified {
        let plain = try await answer(method, attribution, parts)
        let count = plain.values.count / max(plain.shape[0], 1)
        if plain.values[item * count..<(item + 1) * count].contains(where: { $0 != 0 }) {
          return .cutOff(modifier: attribution.provenance.modifier)
        }
      }
      if let map = method as? any ActivationMapMethod,
        let reason = try await mapReason(map.layers, map, attribution, parts, item)
      {
        return reason
      }
      return try await slopeReason(attribution, parts, item)
    }
  }

  /// The result of a method for the same input and the same units.
  private func answer(
    _ method: any GraphMethod, _ attribution: Attribution, _ parts: [[ExplainedPart]]
  ) async throws -> Tensor {
    var question = graphQuestion
    question.method = method
    let input = attribution.arrangedInput
    let engine = try await GraphEngine(arranged, question, inputShape: input.shape, engine.executor)
    return try await engine.answer(to: input, nil) { item, _ in parts[item] }.attribution
  }

  /// Whether the graph proves that the units are computed from nothing that the attribution is for.
  private func isIndependent(_ parts: [ExplainedPart]) throws -> Bool {
    guard question.losses.isEmpty, !parts.isEmpty else { return false }
    let network = try arranged.network(inputShape: arranged.arrangement.arranged(inputShape))
    let builder = GraphBuilder(continuing: network.graph)
    let layer = try question.layer.map { try network.layer($0) }
    let units = try ExplainedUnits(
      network, builder, layer: layer, side: question.side, addsSoftmax: question.addsSoftmax
    ).units
    let source = try question.withRespectTo.map { try network.layer($0).node } ?? network.inputs[0].node
    return parts.allSatisfy { units.isUnit($0.unit, independentOf: builder.value(at: source)) }
  }

  /// Why the map of layers is nowhere above zero.
  private func mapReason(
    _ layers: [LayerReference], _ method: any ActivationMapMethod, _ attribution: Attribution,
    _ parts: [[ExplainedPart]], _ item: Int
  ) async throws -> ZeroReason? {
    let names = Mutex<[String]>([])
    let look = Diagnosis { context in
      let found = try context.activationLayers(layers)
      names.withLock { $0 = found.map(\.layer.name) }
      return try found.flatMap { layer -> [Value] in
        let planes = ActivationPlanes(context, layer)
        let map = try method.map(of: planes)
        return [
          map.largestOfItems, (-map).largestOfItems, planes.activations.magnitude().largestOfItems,
        ]
      }
    }
    let rows = try await look.rows(item) { try await answer($0, attribution, parts) }
    let layers = names.withLock { $0 }
    for (layer, name) in layers.enumerated() {
      let numbers = rows[3 * layer..<3 * layer + 3]
      if numbers[numbers.startIndex + 2] == 0 { return .inactive(layer: name) }
      if numbers[numbers.startIndex] <= 0, numbers[numbers.startIndex + 1] > 0 {
        return .negative(layer: name)
      }
    }
    return nil
  }

  /// Why the map of a method that weighs channels is nowhere above zero.
  private func channelReason(
    _ method: any ChannelWeightMethod, _ attribution: Attribution, _ parts: [[ExplainedPart]], _ item: Int
  ) async throws -> ZeroReason {
    let look = ChannelDiagnosis(of: method)
    let input = attribution.arrangedInput
    let engine = try await SamplingEngine(
      arranged, graphQuestion, look, .none, inputShape: input.shape, engine.executor)
    let numbers = try await engine.answer(to: input, nil) { item, _ in parts[item] }.attribution
    for (name, found) in zip(engine.methodLayers.map(\.name), look.findings(in: numbers, item: item)) {
      if found.activation == 0 { return .inactive(layer: name) }
      if found.largest <= 0, found.smallest < 0 { return .negative(layer: name) }
    }
    return method.zeroReason
  }

  /// Where the derivative ends.
  private func slopeReason(
    _ attribution: Attribution, _ parts: [[ExplainedPart]], _ item: Int
  ) async throws -> ZeroReason {
    let found = Mutex<[(layer: String, isRectifier: Bool)]>([])
    let look = Diagnosis { context in
      let path = context.explained.path(from: context.attributionTarget)
      let nodes = context.network.graph.nodes
      // The last ones, nearest to the score, first.
      let active = nodes.indices.reversed().filter { index in
        path.contains(index) && index != context.attributionTarget.index
          && nodes[index].operation.traits.properties.contains(.activation)
          && nodes[index].shape.first == context.input.shape.first
          && nodes[nodes[index].operands[0]].shape.first == context.input.shape.first
      }.prefix(200)
      found.withLock {
        $0 = active.map {
          (context.network.layerNames(of: [$0]).first ?? nodes[$0].name, nodes[$0].operation is Rectifier)
        }
      }
      let sources = active.flatMap { [$0, nodes[$0].operands[0]] }.map(context.builder.value(at:))
      let gradients = try Differentiation(
        of: context.explained, seed: context.seed, withRespectTo: [context.attributionTarget] + sources
      ).gradients
      let zero = context.builder.constant(Tensor(shape: [1, 1], values: [0]))
        .broadcast(to: [context.input.shape[0], 1])
      return gradients.map { $0?.magnitude().largestOfItems ?? zero }
    }
    let row = try await look.rows(item) { try await answer($0, attribution, parts) }
    if row[0] > 0 { return .suppressed(method: attribution.provenance.method) }
    let shut = found.withLock { $0 }.enumerated().filter {
      row[1 + 2 * $0.offset] > 0 && row[2 + 2 * $0.offset] == 0
    }
    .map(\.element)
    guard !shut.isEmpty else { return .noSlope }
    let layers = shut.prefix(3).map(\.layer)
    return .shut(layers: Array(layers), areRectifiers: shut.prefix(3).allSatisfy(\.isRectifier))
  }
}

/// Numbers about a network's insides, one row an item.
struct Diagnosis: GraphMethod {
  let name = "diagnosis"
  let look: @Sendable (MethodContext) throws -> [Value]

  init(_ look: @escaping @Sendable (MethodContext) throws -> [Value]) { self.look = look }

  func attribution(_ context: MethodContext) throws -> Value {
    let values = try look(context)
    return context.builder.append(Concatenation(axis: 1), values)
  }

  /// The numbers of an item.
  func rows(_ item: Int, _ answer: (Diagnosis) async throws -> Tensor) async throws -> [Float] {
    let result = try await answer(self)
    let count = result.shape[1]
    return Array(result.values[item * count..<(item + 1) * count])
  }
}

extension Value {
  /// The largest number of each item, items×1.
  var largestOfItems: Value {
    let axes = Array(shape.indices.dropFirst())
    return (axes.isEmpty ? self : largest(axes)).reshaped(to: [shape[0], 1])
  }

  /// Whether the graph proves that a unit of items×units×places is computed from nothing of a source.
  fileprivate func isUnit(_ unit: Int, independentOf source: Value) -> Bool {
    let nodes = builder.nodes
    func depends(_ index: Int) -> Bool { !builder.value(at: index).path(from: source).isEmpty }
    var waiting = [(node: index, axis: 1, element: unit)]
    while let (index, axis, element) = waiting.popLast() {
      let node = nodes[index]
      if index == source.index { return false }
      guard depends(index) else { continue }
      switch node.operation {
      case let joined as Concatenation where joined.axis == axis:
        var start = 0
        for operand in node.operands {
          let extent = nodes[operand].shape[axis]
          if start..<start + extent ~= element { waiting.append((operand, axis, element - start)) }
          start += extent
        }
      case let slice as Slice:
        waiting.append((node.operands[0], axis, slice.starts[axis] + element * slice.steps[axis]))
      case let gather as Gather
      where axis == 1 && gather.indices.indices.contains(element) && gather.indices[element] >= 0:
        waiting.append((node.operands[0], 1, Int(gather.indices[element])))
      default:
        let isFollowed =
          node.operation is Reshape || node.operation is Transpose || node.operation is Broadcast
          || node.operation is Concatenation || node.operation.traits.properties.contains(.elementwise)
          || (node.operation as? Reduction).map { !$0.axes.contains(axis) } ?? false
        let shapes = node.operands.map { nodes[$0].shape }
        let followed = node.operation.followedAxes(of: shapes, in: node.shape)
        for (operand, axes) in zip(node.operands, followed) {
          let own = axes.firstIndex { $0 == axis }
          if isFollowed, let own, nodes[operand].shape[own] == node.shape[axis] {
            waiting.append((operand, own, element))
          } else if depends(operand) {
            return false
          }
        }
      }
    }
    return true
  }
}
