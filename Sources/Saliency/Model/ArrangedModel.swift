import SaliencyCore

/// A model whose input has its items in front, however the model has them.
struct ArrangedModel: Sendable {
  let model: Model
  /// How the model has the items of its input.
  let arrangement: InputArrangement
  /// How that is known.
  let origin: RoleOrigin
  /// Where images of the arranged input have their channels.
  let layout: ImageLayout
  /// The inputs that are given for all items, and so for none alone.
  let givenForItems: [String]

  var path: String { model.path }

  /// The model for inputs of a shape, as it has them.
  ///
  /// - Parameters:
  ///   - model: the model.
  ///   - shape: the shape of its input.
  ///   - layer: the layer whose units are explained; the output where nil.
  /// - Throws: what ``Model/network(inputShape:)`` throws, and `SaliencyError` where a layout that the user said does not fit.
  init(_ model: Model, inputShape shape: Shape, layer: LayerReference? = nil) throws {
    self.model = model
    let layouts = try model.saidRoles()
    if !layouts.isEmpty { try Self.requireNames(layouts, model, shape) }
    if model.joint != nil {
      (arrangement, origin, layout) = (InputArrangement(itemAxis: 0), .assumed, .channelsFirst)
      givenForItems = []
      return
    }
    let found = try SaliencyError.naming(model.path) {
      try Search(model: model, layouts: layouts, shape: shape, layer: layer).found()
    }
    (arrangement, origin, givenForItems) = (found.arrangement, found.origin, found.given)
    let defaultLayout = model.imageLayout
    let said = try model.explainedInput()
    if let roles = layouts[said.name]?.roles, let axis = roles.firstIndex(of: .units), roles.count >= 3 {
      let channelAxis = arrangement.arrangedAxis(axis)
      layout = channelAxis == 1 ? .channelsFirst : .channelsLast
    } else if arrangement.isIdentity || shape.count != 3 {
      layout = defaultLayout
    } else {
      let network = try model.network(inputShape: shape).arranged(arrangement)
      layout = try network.inputRoles().unitAxis == 3 ? .channelsLast : .channelsFirst
    }
  }

  /// Throws where a layout is said of something that the network does not have.
  private static func requireNames(
    _ layouts: [String: SaidRoles], _ model: Model, _ shape: Shape
  ) throws {
    let ports = model.inputs.map(\.name) + model.outputs
    guard layouts.keys.contains(where: { !ports.contains($0) }) else { return }
    let names = ports + (try model.network(inputShape: shape)).layers.map(\.name)
    for name in layouts.keys.sorted() where !names.contains(name) {
      throw SaliencyError(
        .invalidSetting,
        "a layout is said of '\(name.printable())', which is no input, output or layer"
          + Suggestions.sentence(for: name, in: names), file: model.path)
    }
  }

  /// Throws where items cannot be run one by one, as methods of many samples do: what they depend on is not known, or is given for all of them.
  ///
  /// - Parameters:
  ///   - reason: what runs them so: a clause.
  ///   - inputShape: the shape of the input, with the items in front.
  func requireSeparateItems(_ reason: String, inputShape: Shape) throws(SaliencyError) {
    guard model.joint == nil, inputShape[0] > 1 else { return }
    try requireNothingGivenForAll(reason, itemCount: inputShape[0])
    if origin == .assumed, arrangement.itemAxis == 0 {
      throw SaliencyError(
        .invalidSetting,
        "\(reason), and nothing shows that the \(inputShape[0]) along the first axis of its input do not depend on each other; say with "
          + "a layout what the axes are, N for a batch, or explain the items one by one",
        file: path)
    }
  }

  /// Throws where another input is given for all items, and so for none alone.
  ///
  /// - Parameter reason: why they are needed alone: a clause.
  func requireNothingGivenForAll(_ reason: String, itemCount: Int) throws(SaliencyError) {
    guard let name = givenForItems.first else { return }
    throw SaliencyError(
      .invalidSetting,
      "\(reason), and '\(name.printable())' is given for all \(itemCount) together; explain the items one by one, each with its own",
      file: path)
  }

  /// How many items the model takes, where it takes no other number.
  var fixedItemCount: Int? {
    arrangement.itemAxis.flatMap { axis in
      (try? model.explainedInput())?.dimensions.flatMap { $0.indices.contains(axis) ? $0[axis] : nil }
    }
  }

  /// The network for inputs of a shape with the items in front, asked before a final arg-max.
  ///
  /// - Throws: what ``Model/network(inputShape:)`` throws, and `GraphError` where there are several items and the model has no axis for them.
  func network(inputShape: Shape) throws -> Network {
    try model.network(inputShape: arrangement.original(inputShape)).arranged(arrangement).askingBeforeArgMax()
  }

  /// The same network with the axis of what is explained along which items lie, where one item does not show it and two do.
  func provingItemAxis(of layer: LayerReference?, in network: Network) throws -> Network {
    func node(_ network: Network) throws -> Int {
      try layer.map { try network.layer($0).node } ?? network.outputs[0].node
    }
    let shape = network.inputs[0].shape
    let explained = network.graph.nodes[try node(network)].shape
    guard shape[0] == 1, explained.count > 1, explained[0] != 1, explained.contains(1),
      arrangement.itemAxis != nil, fixedItemCount == nil,
      let several = try? self.network(inputShape: [2] + shape.dropFirst()),
      let axis = several.graph.itemAxis(of: try node(several), count: 2)
    else { return network }
    var network = network
    network.provenItemAxes[try node(network)] = axis
    return network
  }

  /// The question with respect to the rows of the embedding that the input picks, where it picks some and nothing else is said: numbers of
  /// tokens have no gradient. Methods that try inputs of their own try tokens.
  func askingEmbedding(_ question: Question, _ tokens: TokenInput?) -> Question {
    guard question.withRespectTo == nil, let tokens else { return question }
    if case .sampling(let method) = question.method.recipe, method.samplingForm.layerSamples == .none {
      return question
    }
    var question = question
    question.withRespectTo = .name(tokens.layer)
    return question
  }

  /// Looks for the axis along which a model has the items of its input.
  private struct Search {
    let model: Model
    let layouts: [String: SaidRoles]
    let shape: Shape
    let layer: LayerReference?

    /// How items are arranged, how that is known, and the inputs that are given for all of them and so for none alone.
    typealias Found = (arrangement: InputArrangement, origin: RoleOrigin, given: [String])

    /// The inputs that are given for as many items as lie along the first axis.
    private var batched: [String: Shape] {
      guard let count = shape.first, count > 1 else { return [:] }
      return model.given.mapValues(\.shape).filter { $0.value.first == count }
    }

    func found() throws -> Found {
      func found(_ axis: Int?, _ origin: RoleOrigin, given: [String] = []) -> Found {
        (InputArrangement(itemAxis: axis), origin, given)
      }
      let input = try model.explainedInput()
      if let said = layouts[input.name] {
        let roles = try SaliencyError.naming(model.path) {
          try AxisRoles(said: said, of: shape, name: input.name)
        }
        return found(roles.itemAxis, said.origin, given: try roles.itemAxis == 0 ? givenForItems() : [])
      }
      guard shape.count > 1 else { return found(nil, .assumed) }
      if type(of: model.source).hasLeadingBatch { return found(0, .file, given: try givenForItems()) }
      guard shape[0] > 1 else { return found(0, .assumed) }
      let network = try model.network(inputShape: shape)
      if try keepsApart(network, along: 0) { return found(0, .proved) }
      let batched = batched.keys.sorted()
      if try keepsApartWithGiven(input) { return found(0, .proved, given: batched) }
      for axis in 1..<shape.count {
        if shape[axis] > 1 {
          if try keepsApart(network, along: axis) { return found(axis, .proved) }
        } else if input.dimensions?[axis] == nil {
          // One item shows nothing; two do.
          var twice = shape
          twice[axis] = 2
          if let network = try? model.network(inputShape: twice), try keepsApart(network, along: axis) {
            return found(axis, .proved)
          }
        }
      }
      if shape.count >= 4, try explained(network).shape.first == shape[0],
        AxisRoleFinder(network.graph).role(of: network.inputs[0].node, axis: 0) == nil
      {
        return found(0, .assumed, given: batched)
      }
      return shape.count == 3 && shape[1] == 1 ? found(1, .assumed) : found(nil, .proved)
    }

    /// The inputs that are given for as many items, where the network does not keep items apart with these as they are.
    private func givenForItems() throws -> [String] {
      guard !batched.isEmpty, try !keepsApart(model.network(inputShape: shape), along: 0) else { return [] }
      return batched.keys.sorted()
    }

    private func explained(_ network: Network) throws -> Node {
      network.graph.nodes[try layer.map { try network.layer($0).node } ?? network.outputs[0].node]
    }

    /// Whether nothing of one item along an axis reaches another in what is explained.
    private func keepsApart(_ network: Network, along axis: Int) throws -> Bool {
      let arranged = network.arranged(InputArrangement(itemAxis: axis))
      let node = try layer.map { try arranged.layer($0).node } ?? arranged.outputs[0].node
      return arranged.graph.itemAxis(of: node, count: arranged.inputs[0].shape[0]) != nil
    }

    /// The same along the first axis, where other inputs are given for as many items.
    private func keepsApartWithGiven(_ input: Model.Input) throws -> Bool {
      guard !batched.isEmpty else { return false }
      let open = batched.merging([input.name: shape]) { _, own in own }
      guard let network = try? model.openNetwork(inputShapes: open) else { return false }
      return try keepsApart(network, along: 0)
    }
  }
}
