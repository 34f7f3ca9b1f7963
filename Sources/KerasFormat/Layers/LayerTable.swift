import FileAccess
import SaliencyCore

/// How layers of one class become values.
struct LayerKind: Sendable {
  /// What a layer computes: one value a result.
  typealias Body = @Sendable (LayerImport) throws(LayerFailure) -> [LayerValue]

  /// The tensors that such a layer keeps, in the order in which files list them.
  var variables: @Sendable (LayerConfiguration) throws(LayerFailure) -> [Variable] = { _ in [] }
  /// The settings that hold layers inside this one.
  var wrapped: [String] = []
  /// What the layer computes.
  let body: Body

  /// A layer that makes one tensor of one; what a mask says of the one holds of the other.
  static func function(
    _ body: @escaping @Sendable (LayerImport) throws(LayerFailure) -> Value
  ) -> LayerKind {
    LayerKind { layer throws(LayerFailure) in [LayerValue(try body(layer), mask: layer.inputs.first?.mask)] }
  }

  /// A layer with variables that makes one tensor of one.
  static func function(
    variables: @escaping @Sendable (Settings) throws(LayerFailure) -> [Variable],
    _ body: @escaping @Sendable (LayerImport) throws(LayerFailure) -> Value
  ) -> LayerKind {
    var kind = function(body)
    kind.variables = { layer throws(LayerFailure) in try variables(layer.settings) }
    return kind
  }
}

/// All classes of layers that can be imported; each family is one file.
enum LayerTable {
  static let layers: [String: LayerKind] = {
    let families = [
      activations, attention, convolutions, core, merging, normalizations, poolings, preprocessing, recurrent,
      regularization, reshaping, transposedConvolutions,
    ]
    return families.reduce(into: [:]) {
      $0.merge($1) { _, _ in preconditionFailure("a layer stands twice") }
    }
  }()

  private static func kind(of layer: LayerConfiguration) -> LayerKind? {
    layer.isOperation ? OperationTable.kind(named: layer.className) : layers[layer.className]
  }

  /// The variables of a layer and of all layers inside it, in the order in which Keras lists them.
  static func variables(of layer: LayerConfiguration) throws(LayerFailure) -> [Variable] {
    let isTrainable = layer.settings["trainable"]?.boolean ?? true
    guard let model = layer.model else {
      return try kind(of: layer)?.variables(layer).inside([], isTrainable: isTrainable) ?? []
    }
    var variables: [Variable] = []
    for (inner, path) in zip(model.layers, model.archivePaths) {
      variables += try self.variables(of: inner).inside(
        path ?? [], isTrainable: model.isTrainable && isTrainable)
    }
    return variables
  }

  /// The results of a layer on its inputs.
  static func results(of layer: LayerImport) throws(LayerFailure) -> [LayerValue] {
    guard let kind = kind(of: layer.configuration) else {
      throw .unsupported(UnsupportedKinds.layers.reason)
    }
    if layer.settings["dtype"]?["class_name"]?.text?.hasPrefix("Quantized") == true {
      throw .unsupported("its weights are quantized, which is not supported")
    }
    if !layer.configuration.isOperation {
      for case .literal(let json) in layer.arguments where json != .null && json.boolean == nil {
        throw .unsupported("it is called on something that is no tensor")
      }
    }
    let results = try kind.body(layer)
    guard maskless.contains(layer.configuration.className) else { return results }
    return results.map { LayerValue($0.value) }
  }

  /// The layers behind which Keras forgets which time steps count.
  private static let maskless = Set(convolutions.keys).union(transposedConvolutions.keys).union(poolings.keys)
    .union(reshaping.keys).union(["Flatten", "EinsumDense", "RMSNormalization"])

  /// The layers of unknown classes, those inside other layers too.
  static func unsupportedNodes(
    of model: ModelConfiguration, prefix: String = ""
  ) -> [UnsupportedNode] {
    model.layers.flatMap { unsupportedNodes(in: $0, name: prefix + $0.name) }
  }

  private static func unsupportedNodes(
    in layer: LayerConfiguration, name: String
  ) -> [UnsupportedNode] {
    if let model = layer.model { return unsupportedNodes(of: model, prefix: name + "/") }
    if layer.className == "InputLayer" { return [] }
    guard let kind = kind(of: layer) else {
      return [.init(node: name, kind: layer.isOperation ? "operation \(layer.className)" : layer.kindName)]
    }
    return kind.wrapped.compactMap(layer.settings.layer).flatMap {
      unsupportedNodes(in: $0, name: name + "/" + $0.name)
    }
  }
}

extension LayerConfiguration {
  /// The class, or for operations that older files wrap in a layer, the operation.
  fileprivate var kindName: String {
    guard ["TFOpLambda", "TensorFlowOpLayer"].contains(className),
      let function = settings["function"]?.text ?? settings["node_def"]?.text
    else { return className }
    return "\(className) \(function.prefix(60))"
  }
}
