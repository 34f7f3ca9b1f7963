import SaliencyCore

/// Several inputs of a model as one tensor: for each item the elements of the first input, then those of the next.
struct JointInputs: Sendable {
  /// One of the inputs.
  struct Part: Sendable {
    let name: String
    /// The shape, with items in front.
    let shape: Shape
    /// Where its elements lie in those of an item.
    let range: Range<Int>
    /// What its axes stand for.
    let roles: AxisRoles
    /// The axis along which channels lie; nil where there are none.
    let channelAxis: Int?
    /// Where images of it have their channels.
    let layout: ImageLayout

    /// The shape of one item.
    var item: Shape { [1] + shape.dropFirst() }
  }

  let parts: [Part]
  let itemCount: Int
  /// The number of items where the model takes no other.
  let fixedItemCount: Int?

  var names: [String] { parts.map(\.name) }
  /// The name of the one tensor.
  var label: String { names.joined(separator: ", ") }
  /// The elements of an item.
  var elementCount: Int { parts.last?.range.upperBound ?? 0 }
  var shape: Shape { [itemCount, elementCount] }

  /// Throws where a question can be asked of one input alone.
  func require(_ question: Question, file: String) throws(SaliencyError) {
    guard question.method.body.takesSeveralInputs else {
      throw SaliencyError(
        .invalidSetting,
        "method '\(question.method.name.printable())' explains one input; for several together take "
          + "gradient, input-x-gradient, smoothgrad, integrated-gradients, guided-ig, expected-gradients, deeplift, lrp, occlusion, lime, "
          + "kernel-shap or shapley-sampling", file: file)
    }
    guard question.withRespectTo == nil else {
      throw SaliencyError(
        .invalidSetting, "an attribution is for several inputs or for a layer, not for both", file: file)
    }
  }

  /// The inputs as one tensor.
  ///
  /// - Throws: `SaliencyError` where one is missing, or of another shape.
  func packed(_ inputs: [String: Tensor]) throws(SaliencyError) -> Tensor {
    for name in inputs.keys.sorted() where !names.contains(name) {
      throw SaliencyError(
        .invalidInput, "input '\(name.printable())' is none of those that are explained: \(label.printable())"
      )
    }
    var tensors: [[Float]] = []
    for part in parts {
      guard let tensor = inputs[part.name] else {
        throw SaliencyError(.invalidInput, "input '\(part.name.printable())' is explained, and has no tensor")
      }
      guard tensor.shape == part.shape else {
        throw SaliencyError(
          .invalidInput,
          "input '\(part.name.printable())' takes a tensor of \(part.shape.text), not \(tensor.shape.text)")
      }
      try tensor.requireFiniteInput()
      tensors.append(tensor.values)
    }
    var values: [Float] = []
    values.reserveCapacity(itemCount * elementCount)
    for item in 0..<itemCount {
      for (part, numbers) in zip(parts, tensors) {
        values += numbers[item * part.range.count..<(item + 1) * part.range.count]
      }
    }
    return Tensor(shape: shape, values: values)
  }

  /// What belongs to each input, of a tensor of all; maps may have one channel in place of all.
  func unpacked(_ tensor: Tensor) -> [Tensor] {
    let count = tensor.shape[0]
    let isReduced = tensor.shape[1] != elementCount
    let shapes = parts.map { part in
      var shape = [count] + part.shape.dropFirst()
      if isReduced, let axis = part.channelAxis { shape[axis] = 1 }
      return shape
    }
    let values = tensor.values
    var start = 0
    return shapes.map { shape in
      let length = shape.dropFirst().reduce(1, *)
      let numbers = (0..<count).flatMap { item in
        values[item * tensor.shape[1] + start..<item * tensor.shape[1] + start + length]
      }
      start += length
      return Tensor(shape: shape, values: numbers)
    }
  }

  /// The network that takes the one tensor.
  ///
  /// - Parameter network: the network with these inputs open, of any number of items.
  func joined(_ network: Network) -> Network {
    network.joiningInputs(parts.map { ($0.name, $0.range) }, as: label)
  }
}

extension Model {
  /// The names of the inputs that are meant by a list of them; `all` alone means all that are not given and that nothing is taken for.
  ///
  /// - Throws: `SaliencyError` where a name does not exist or stands twice.
  public func explainedInputs(_ names: [String]) throws(SaliencyError) -> [String] {
    let all = inputs.map(\.name)
    var names = names
    if names == ["all"], !all.contains("all") {
      names = inputs.filter { given[$0.name] == nil && !Self.isAssumable($0) }.map(\.name)
    }
    for (index, name) in names.enumerated() {
      guard all.contains(name) else {
        throw SaliencyError(
          .invalidSetting,
          "input '\(name.printable())' does not exist"
            + Suggestions.sentence(for: name, in: all, listing: "inputs"),
          file: path)
      }
      guard !names[..<index].contains(name) else {
        throw SaliencyError(.invalidSetting, "input '\(name.printable())' is named twice", file: path)
      }
    }
    return names
  }

  /// The same model with one of its inputs explained, to prepare what that takes.
  ///
  /// - Throws: `SaliencyError` where it has no such input.
  public func selecting(explained name: String) throws(SaliencyError) -> Model {
    var model = try selecting(input: name, given: given, output: selectedOutput)
    model.layouts = layouts
    return model
  }

  /// The same model with several inputs explained together, as if they were one.
  ///
  /// - Parameters:
  ///   - names: the inputs, in the order in which attributions come.
  ///   - shapes: their shapes, each with the same number of items in front.
  /// - Throws: `SaliencyError` where one is missing, holds integers, or has another number of items; and what ``network(inputShape:)`` throws.
  func joining(_ names: [String], shapes: [String: Shape]) throws -> Model {
    let names = try explainedInputs(names)
    func refused(_ name: String, _ reason: String) -> SaliencyError {
      SaliencyError(.invalidSetting, "input '\(name.printable())' \(reason)", file: path)
    }
    var extents: [Shape] = []
    for name in names {
      let input = inputs.first { $0.name == name }!
      guard given[name] == nil else {
        throw refused(name, "is one of those that are explained, and is given as well")
      }
      guard input.integerRange == nil else {
        throw refused(
          name,
          "holds integers (\(input.elementType)), which cannot be explained together with other inputs; give a tensor for it"
        )
      }
      guard let shape = shapes[name] else { throw refused(name, "is explained, and has no shape") }
      guard let count = shape.first, shape.allSatisfy({ $0 >= 1 }), count == extents.first?.first ?? count
      else {
        throw refused(
          name,
          "has the shape \(shape.text), but inputs that are explained together have as many items in front, as in \((extents.first ?? [1]).text)"
        )
      }
      extents.append(shape)
    }
    let itemCount = extents[0][0]
    var model = self
    (model.selectedInput, model.joint) = (nil, nil)
    let network = try model.openNetwork(inputShapes: Dictionary(uniqueKeysWithValues: zip(names, extents)))
    var parts: [JointInputs.Part] = []
    var start = 0
    for (name, shape) in zip(names, extents) {
      let port = network.inputs.first { $0.name == name }!
      let first = network.replacing(inputs: [port] + network.inputs.filter { $0.name != name })
      let roles = try first.inputRoles()
      var single = model
      single.selectedInput = name
      let layout = single.imageLayout
      let count = shape.dropFirst().reduce(1, *)
      parts.append(
        .init(
          name: name, shape: shape, range: start..<start + count, roles: roles,
          channelAxis: first.inputChannelAxis(roles, ifImage: layout), layout: layout))
      start += count
    }
    let fixed = names.contains { name in
      inputs.first { $0.name == name }?.dimensions?.first.flatMap(\.self) != nil
    }
    model.joint = JointInputs(parts: parts, itemCount: itemCount, fixedItemCount: fixed ? itemCount : nil)
    return model
  }
}

extension Model {
  /// The names of the inputs that are explained, where that was said.
  var explainedNames: [String] { joint?.names ?? selectedInput.map { [$0] } ?? [] }
}

extension Attribution.Provenance {
  /// The same for one of the inputs that were explained together; its values alone add up to nothing.
  ///
  /// - Parameter shape: the shape of the input.
  func of(_ part: JointInputs.Part, shape: Shape) -> Self {
    var provenance = self
    (provenance.input, provenance.layout, provenance.arrangedChannelAxis) = (
      part.name, part.layout, part.channelAxis
    )
    provenance.resolved.input = .init(name: part.name, shape: shape, roles: part.roles)
    provenance.guarantee = .nothing
    return provenance
  }
}

extension Baseline {
  /// The baseline for an input, or for each of several that are explained together.
  func tensor(for input: Tensor, channelAxis: Int?, _ joint: JointInputs?) throws(SaliencyError) -> Tensor {
    guard let joint else { return try tensor(for: input, channelAxis: channelAxis) }
    var values: [Float] = []
    for (part, numbers) in zip(joint.parts, joint.unpacked(input)) {
      values += try tensor(for: numbers, channelAxis: part.channelAxis).values
    }
    return Tensor(shape: input.shape, values: values)
  }
}
