import FileAccess
import SaliencyCore

/// A model as a configuration describes it: layers, their calls, and which results go in and out.
struct ModelConfiguration: Sendable {
  /// The model's name.
  let name: String
  /// Whether the model, and so all of its layers, is marked as trainable; frozen weights stand elsewhere in a file.
  let isTrainable: Bool
  /// The layers in the order of `model.layers`, with recorded operations and the input of a Sequential model among them.
  let layers: [LayerConfiguration]
  /// The input layers' results, in order.
  let inputs: [TensorReference]
  /// The model's results, in order.
  let outputs: [TensorReference]

  /// The classes of models that are made of layers.
  static let classNames: Set<String> = ["Sequential", "Functional", "Model"]

  /// How many layers a model may have.
  static let layerLimit = 50_000
  /// How deep models may be nested.
  static let depthLimit = 64

  /// Reads `{"class_name": …, "config": …}`.
  ///
  /// - Throws: `LayerFailure` where it is no Sequential or Functional model, or is damaged.
  init(_ json: JSONValue, depth: Int = 0) throws(LayerFailure) {
    guard depth < Self.depthLimit else {
      throw LayerFailure(.limitExceeded, "models are nested more than \(Self.depthLimit) deep")
    }
    guard let className = json["class_name"]?.text, let config = json["config"] else {
      throw .invalid("the configuration has no 'class_name' and 'config'")
    }
    guard let items = config["layers"]?.array ?? config.array else {
      throw .unsupported(
        "a model of class '\(className.printable())' builds its layers in Python code, which is not in the file; save "
          + "a Sequential or Functional model")
    }
    guard items.count <= Self.layerLimit else {
      throw LayerFailure(
        .limitExceeded, "the model has \(items.count) layers; up to \(Self.layerLimit) are supported")
    }
    name = config["name"]?.text ?? json["name"]?.text ?? className.lowercased()
    isTrainable = config["trainable"]?.boolean ?? true
    if className == "Sequential" {
      (layers, inputs, outputs) = try Self.sequential(items, config, depth: depth)
    } else {
      (layers, inputs, outputs) = try Self.functional(items, config, depth: depth)
    }
    var names: Set<String> = []
    for layer in layers where !names.insert(layer.name).inserted {
      throw .invalid("two layers are called '\(layer.name.printable())'")
    }
  }

  private typealias Parts = (
    layers: [LayerConfiguration], inputs: [TensorReference], outputs: [TensorReference]
  )

  /// Each layer is called on the result of the one before.
  private static func sequential(
    _ items: [JSONValue], _ config: JSONValue, depth: Int
  ) throws(LayerFailure) -> Parts {
    var layers: [LayerConfiguration] = []
    for (index, item) in items.enumerated() {
      layers.append(try LayerConfiguration(item, defaultName: "layer_\(index)", depth: depth))
    }
    guard let first = layers.first else { throw .invalid("the model has no layers") }
    if first.className != "InputLayer" {
      // Older files leave the input out and give its shape to the first layer.
      let shape =
        first.settings.inputShape ?? first.model?.layers.first?.settings.inputShape ?? config[
          "build_input_shape"]
        ?? items[0]["build_config"]?["input_shape"]
      layers.insert(.input(named: first.name + "_input", shape: shape), at: 0)
    }
    layers[0].isInputOfSequential = true
    for index in 1..<layers.count {
      let previous = TensorReference(layer: layers[index - 1].name, call: 0, output: 0)
      layers[index].calls = [LayerCall(arguments: [.tensor(previous)], keywords: [:])]
    }
    func result(of layer: LayerConfiguration) -> TensorReference {
      TensorReference(layer: layer.name, call: 0, output: 0)
    }
    return (layers, [result(of: layers[0])], [result(of: layers[layers.count - 1])])
  }

  private static func functional(
    _ items: [JSONValue], _ config: JSONValue, depth: Int
  ) throws(LayerFailure) -> Parts {
    var layers: [LayerConfiguration] = []
    var usesLists = false
    for (index, item) in items.enumerated() {
      var layer = try LayerConfiguration(item, defaultName: "layer_\(index)", depth: depth)
      for call in item["inbound_nodes"]?.array ?? [] {
        usesLists = usesLists || call.array != nil
        layer.calls.append(try LayerCall(call))
      }
      // HDF5 files do not say where a class comes from; operations are not trainable, which layers always say.
      if item["module"] == nil, item["inbound_nodes"]?.array?.first?["args"] != nil,
        !layer.settings.mentions("trainable")
      {
        layer.isOperation = true
      }
      layers.append(TensorFlowOperation.translated(layer))
    }
    guard let inputs = config["input_layers"].flatMap(TensorReference.list),
      let outputs = config["output_layers"].flatMap(TensorReference.list), !outputs.isEmpty
    else { throw .invalid("'input_layers' or 'output_layers' are missing or damaged") }
    let offsets = offsets(layers, outputs, usesLists: usesLists)
    func shifted(_ reference: TensorReference) -> TensorReference {
      var reference = reference
      reference.call -= offsets[reference.layer] ?? 0
      return reference
    }
    if usesLists {
      for layer in layers.indices {
        for call in layers[layer].calls.indices { layers[layer].calls[call].mapReferences(shifted) }
      }
    }
    return (layers, inputs, outputs.map(shifted))
  }

  /// How much too high the calls of nested models are counted, by name of the layer.
  ///
  /// A functional model starts out with a call of its own, which Keras 2 counts everywhere and Keras 3 in the list of
  /// outputs alone.
  private static func offsets(
    _ layers: [LayerConfiguration], _ outputs: [TensorReference], usesLists: Bool
  ) -> [String: Int] {
    var offsets: [String: Int] = [:]
    var highest: [String: Int] = [:]
    for reference in outputs + (usesLists ? layers.flatMap { $0.calls.flatMap(\.references) } : []) {
      highest[reference.layer] = max(highest[reference.layer] ?? 0, reference.call)
    }
    for layer in layers where layer.model != nil {
      let isCounted =
        usesLists ? (highest[layer.name] ?? 0) >= layer.calls.count : layer.className != "Sequential"
      if isCounted { offsets[layer.name] = 1 }
    }
    return offsets
  }
}

extension LayerConfiguration {
  /// Reads a layer without its calls.
  init(_ json: JSONValue, defaultName: String, depth: Int) throws(LayerFailure) {
    guard let givenName = json["class_name"]?.text else { throw .invalid("a layer has no 'class_name'") }
    let module = json["module"]?.text ?? ""
    let (className, settings) = KerasOne.renamed(givenName, Settings(json["config"]))
    let name = json["name"]?.text ?? json["config"]?["name"]?.text ?? defaultName
    guard !name.isEmpty, name.utf8.count <= 1_024 else {
      throw .invalid("a layer has no name, or a very long one")
    }
    let isModel = ModelConfiguration.classNames.contains(className) && json["config"]?["layers"] != nil
    self.init(
      className: className, isOperation: module.hasPrefix("keras.src.ops") || module.hasPrefix("keras.ops"),
      name: name, settings: settings,
      model: isModel ? try ModelConfiguration(json, depth: depth + 1) : nil, calls: [])
  }

  /// An input that the file does not mention, for a batch of `shape`.
  static func input(named name: String, shape: JSONValue?) -> LayerConfiguration {
    LayerConfiguration(
      className: "InputLayer", isOperation: false, name: name,
      settings: Settings(.object(shape.map { ["batch_shape": $0] } ?? [:])), model: nil, calls: [])
  }
}

extension Settings {
  /// The shape of a batch of inputs, as one of the settings' older and newer names gives it.
  var inputShape: JSONValue? {
    if let shape = self["batch_shape"] ?? self["batch_input_shape"] { return shape }
    return self["input_shape"]?.array.map { .array([.null] + $0) }
  }
}

extension LayerCall {
  /// Reads an entry of `inbound_nodes`: Keras 3's `{"args": …, "kwargs": …}`, or a list of references with keywords.
  init(_ json: JSONValue) throws(LayerFailure) {
    if let entries = json.array {
      try self.init(legacy: entries)
      return
    }
    guard let arguments = json["args"]?.array else { throw .invalid("a call has no 'args'") }
    var keywords: [String: CallArgument] = [:]
    if case .object(let entries)? = json["kwargs"] {
      for (key, value) in entries { keywords[key] = try CallArgument(value) }
    }
    self.init(
      arguments: try arguments.map { json throws(LayerFailure) in try CallArgument(json) }, keywords: keywords
    )
  }

  /// Reads Keras 2's `[["layer", call, output, {keywords}], …]`, or one such entry alone.
  private init(legacy entries: [JSONValue]) throws(LayerFailure) {
    let entries = entries.first?.text == nil ? entries : [.array(entries)]
    var operands: [CallArgument] = []
    var keywords: [String: CallArgument] = [:]
    for entry in entries {
      guard let parts = entry.array, parts.count >= 3 else { throw .invalid("a call is damaged") }
      if let reference = TensorReference(.array(Array(parts[..<3]))) {
        operands.append(.tensor(reference))
      } else if parts[0].text == "_CONSTANT_VALUE" {
        operands.append(.literal(parts[2]))
      } else {
        throw .invalid("a call is damaged")
      }
      if parts.count > 3, case .object(let entries) = parts[3] {
        for (key, value) in entries { keywords[key] = CallArgument(legacyKeyword: value) }
      }
    }
    self.init(arguments: operands.count == 1 ? operands : [.list(operands)], keywords: keywords)
  }

  mutating func mapReferences(_ body: (TensorReference) -> TensorReference) {
    arguments = arguments.map { $0.mapReferences(body) }
    keywords = keywords.mapValues { $0.mapReferences(body) }
  }
}

extension CallArgument {
  init(_ json: JSONValue) throws(LayerFailure) {
    if json["class_name"]?.text == "__keras_tensor__" {
      guard let history = json["config"]?["keras_history"], let reference = TensorReference(history) else {
        throw .invalid("a call names no layer's result")
      }
      self = .tensor(reference)
    } else if let items = json.array {
      self = .list(try items.map { json throws(LayerFailure) in try CallArgument(json) })
    } else {
      self = .literal(json)
    }
  }

  /// Keras 2 writes a tensor among the keywords as `["layer", call, output]`.
  init(legacyKeyword json: JSONValue) {
    if let reference = TensorReference(json) {
      self = .tensor(reference)
    } else if let items = json.array {
      self = .list(items.map(CallArgument.init(legacyKeyword:)))
    } else {
      self = .literal(json)
    }
  }
}

extension TensorReference {
  /// Reads `["layer", call, output]`.
  init?(_ json: JSONValue) {
    guard let parts = json.array, parts.count == 3, let layer = parts[0].text, let call = parts[1].integer,
      let output = parts[2].integer, 0...1_000_000 ~= call, 0...1_000_000 ~= output
    else { return nil }
    self.init(layer: layer, call: call, output: output)
  }

  /// Reads one reference or a list of them; of a dictionary the values in order of their keys.
  static func list(_ json: JSONValue) -> [TensorReference]? {
    if let reference = TensorReference(json) { return [reference] }
    if case .object(let entries) = json {
      return list(.array(entries.sorted { $0.key < $1.key }.map(\.value)))
    }
    guard let items = json.array else { return nil }
    let lists = items.compactMap(list)
    return lists.count == items.count ? lists.flatMap { $0 } : nil
  }
}
