import SaliencyCore

/// The weights of a layer, or of an object inside it, in whichever way the file keeps them.
struct LayerWeights: Sendable {
  private enum Source: Sendable {
    /// Keras 3's archive: a group an object.
    case objects(WeightGroup)
    /// Keras's HDF5 files: a list a layer of the model, and where in it each variable stands, by key.
    case list(WeightGroup, names: [String], positions: [String: Int])
  }

  private let source: Source
  /// What tells these weights from those of the model's other layers.
  let identity: String
  /// The objects that lead to this one.
  private let path: [String]

  private init(_ source: Source, identity: String, path: [String]) {
    self.source = source
    self.identity = identity
    self.path = path
  }

  /// The weights of a model in Keras 3's archive.
  init(objects root: WeightGroup) {
    self.init(.objects(root), identity: "", path: [])
  }

  /// The weights of a layer in an HDF5 file, whose group lists them.
  ///
  /// - Throws: `LayerFailure` where there are fewer than the layer has variables.
  init(group: WeightGroup, names: [String], variables: [Variable]) throws(LayerFailure) {
    // As Keras lists them: what is trained, then what is not.
    let order = variables.filter(\.isTrainable) + variables.filter { !$0.isTrainable }
    guard names.count >= order.count else {
      throw LayerFailure(
        .missingWeights,
        "the file has \(names.count) weights for it, and it takes \(order.count): "
          + order.map(\.role).joined(separator: ", "))
    }
    for (variable, name) in zip(order, names) {
      // Keras 3 calls a depthwise kernel a kernel, too.
      guard let role = Self.role(inName: name), !variable.role.hasSuffix(role) else { continue }
      throw LayerFailure(
        .missingWeights,
        "the weight '\(name.printable())' stands where its \(variable.role) is expected")
    }
    self.init(
      .list(
        group, names: names,
        positions: Dictionary(
          order.enumerated().map { ($1.key, $0) }, uniquingKeysWith: { first, _ in first })),
      identity: group.path, path: [])
  }

  /// What a weight's name says that it is, such as "kernel" of "conv/kernel:0"; nil where that is none of the usual names.
  private static func role(inName name: String) -> String? {
    let last = name.split(separator: "/").last.map(String.init) ?? name
    let role = String(last.prefix { $0 != ":" })
    return ["kernel", "bias", "gamma", "beta", "moving_mean", "moving_variance", "recurrent_kernel"].contains(
      role)
      ? role : nil
  }

  /// The weights of an object inside this one.
  func inside(_ path: [String]) -> LayerWeights {
    LayerWeights(source, identity: identity, path: self.path + path)
  }

  /// What tells a variable of this object from all others of its layer.
  func key(of variable: Variable) -> String {
    (path.isEmpty ? "" : path.joined(separator: "/") + "/") + variable.key
  }

  /// The tensor of a variable; nil where the file has none.
  func array(_ variable: Variable) throws(KerasError) -> WeightArray? {
    let key = key(of: variable)
    switch source {
    case .objects(let root):
      if let array = try root.array(key) { return array }
      // Keras 2 knows some objects by their private names alone.
      let privatePath = variable.path.map { $0.hasPrefix("_") ? $0 : "_" + $0 }
      return try root.array((path + privatePath + ["vars", "\(variable.position)"]).joined(separator: "/"))
    case .list(let group, let names, let positions):
      return try positions[key].flatMap { index throws(KerasError) in try group.array(names[index]) }
    }
  }
}

extension String {
  /// The name that Keras gives to objects of a class in a file: "Conv2DTranspose" becomes "conv2d_transpose".
  var snakeCased: String {
    let letters = Array(
      unicodeScalars.filter { $0.properties.isAlphabetic || $0.properties.numericType != nil || $0 == "_" })
    var result = ""
    for (index, letter) in letters.enumerated() {
      let isUpper = ("A"..."Z").contains(letter)
      if isUpper, index > 0 {
        let previous = letters[index - 1]
        let followedByLower = index + 1 < letters.count && ("a"..."z").contains(letters[index + 1])
        if ("a"..."z").contains(previous) || followedByLower { result += "_" }
      }
      result.unicodeScalars.append(letter)
    }
    return result.lowercased()
  }
}

extension ModelConfiguration {
  /// For each layer the objects that lead to it in an archive, such as ["layers", "conv2d_1"]; nil for operations.
  var archivePaths: [[String]?] {
    var counts: [String: Int] = [:]
    return layers.map { layer in
      guard !layer.isOperation else { return nil }
      // The class has another name in Python than in configurations.
      let className =
        layer.className == "GroupQueryAttention" ? "GroupedQueryAttention" : layer.className
      let name = className.snakeCased
      defer { counts[name, default: 0] += 1 }
      let count = counts[name] ?? 0
      return ["layers", count == 0 ? name : "\(name)_\(count)"]
    }
  }
}

extension ModelConfiguration {
  /// The weights of all layers, those of nested models too, by name.
  func places(in weights: LayerWeights) -> [String: [LayerWeights]] {
    var places: [String: [LayerWeights]] = [:]
    for (layer, path) in zip(layers, archivePaths) {
      guard let path else { continue }
      let inside = weights.inside(path)
      places[layer.name, default: []].append(inside)
      if let model = layer.model { places.merge(model.places(in: inside)) { $0 + $1 } }
    }
    return places
  }
}
