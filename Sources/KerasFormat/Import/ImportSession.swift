import SaliencyCore

/// One import of a model: the graph under construction, the weights that are in it already, and the layers so far.
final class ImportSession {
  let builder = GraphBuilder()
  /// The first number of the version of Keras that wrote the file; some functions changed their meaning.
  let majorVersion: Int
  /// Where layers that do not say it have their channels.
  let defaultDataFormat = "channels_last"
  /// The layers of each model as they were last called, in its order, by what their names begin with.
  private var layersByPrefix: [String: [Network.Layer]] = [:]
  /// Where else in an archive the weights of a layer may be, by name: a layer that stands in a nested model as well has
  /// them in one place alone.
  private let otherPlaces: [String: [LayerWeights]]
  private var constants: [ConstantKey: Value] = [:]

  private struct ConstantKey: Hashable {
    let layer: String
    let key: String
  }

  /// How many calls of layers have been imported.
  private var callCount = 0

  /// A small file can nest shared models so that they are called without end, and so can large ones.
  private static let callLimit = 50_000
  private static let nodeLimit = 1_000_000

  /// The failures of a layer that leave a network without it and what depends on it.
  let tolerated: Set<KerasError.Code>
  /// The layers of the model itself that cannot be computed, once it has been imported.
  var blockedLayers: [Network.BlockedLayer] = []

  init(
    majorVersion: Int, otherPlaces: [String: [LayerWeights]] = [:], tolerated: Set<KerasError.Code> = []
  ) {
    self.tolerated = tolerated
    self.majorVersion = majorVersion
    self.otherPlaces = otherPlaces
  }

  /// A variable as a node, the same one however often a layer is called.
  func constant(_ variable: Variable, of layer: LayerImport) throws(LayerFailure) -> Value {
    let key = ConstantKey(layer: layer.weights.identity, key: layer.weights.key(of: variable))
    if let known = constants[key] { return known }
    var tensor: Tensor?
    do throws(KerasError) {
      for weights in [layer.weights] + (otherPlaces[layer.configuration.name] ?? []) where tensor == nil {
        tensor = try weights.array(variable)?.tensor()
      }
    } catch {
      throw LayerFailure(error)
    }
    guard let tensor else {
      throw LayerFailure(.missingWeights, "the file has no weights for its \(variable.role)")
    }
    let value = builder.constant(tensor, name: layer.configuration.name + "/" + variable.role)
    constants[key] = value
    return value
  }

  /// The results of one call of a layer.
  func results(
    of layer: LayerConfiguration, arguments: [LayerImport.Argument],
    keywords: [String: LayerImport.Argument], weights: LayerWeights
  ) throws(LayerFailure) -> [LayerValue] {
    callCount += 1
    guard callCount <= Self.callLimit, builder.nodes.count <= Self.nodeLimit else {
      throw LayerFailure(
        .limitExceeded,
        "up to \(Self.callLimit) calls of layers and \(Self.nodeLimit) operations are supported, and the model has more"
      )
    }
    if let model = layer.model {
      let paths = model.archivePaths
      return try ModelImport(model, session: self, prefix: builder.scope + "/").results(
        on: arguments.flatMap(\.values)
      ) { index throws(LayerFailure) in weights.inside(paths[index] ?? []) }.map { $0! }
    }
    let context = LayerImport(
      configuration: layer, arguments: arguments, keywords: keywords, builder: builder, weights: weights,
      session: self)
    let results = try LayerTable.results(of: context)
    if let failure = builder.failure { throw LayerFailure(failure) }
    return results
  }

  /// What stands for an output that cannot be computed.
  func unavailable(_ output: TensorReference, _ inputs: [Value]) -> Value {
    let cause = blockedLayers.firstIndex { $0.name == output.callName }
    let reason = cause.map { ": " + blockedLayers.obstacles(to: $0) } ?? ""
    return builder.unavailable("output '\(output.layer.printable())' cannot be computed\(reason)", inputs)
  }

  /// Takes back the nodes from an index on.
  func removeNodes(from index: Int) {
    builder.removeNodes(from: index)
    constants = constants.filter { $0.value.index < index }
  }

  /// The layers of a model whose names begin with `prefix`, as of the call just now, each call of a layer by itself; none where there was no
  /// call.
  func takeLayers(prefix: String) -> [Network.Layer] { layersByPrefix.removeValue(forKey: prefix) ?? [] }

  /// Notes the layers of a model for the list that users see.
  func note(_ layers: [Network.Layer], prefix: String) { layersByPrefix[prefix] = layers }
}

extension [Network.Layer] {
  /// The same with the calls of each layer counted in their order.
  func countingCalls() -> [Network.Layer] {
    var counts: [String: Int] = [:]
    return map { layer in
      let call = counts[layer.layerName, default: 0] + 1
      counts[layer.layerName] = call
      return Network.Layer(
        name: layer.layerName, call: call, kind: layer.kind, node: layer.node, shape: layer.shape,
        index: layer.index)
    }
  }
}

extension LayerFailure {
  /// A failure of the graph under construction.
  init(_ error: GraphError) {
    self.init(error.code == .tooLarge ? .limitExceeded : .shapeMismatch, error.message)
  }
}
