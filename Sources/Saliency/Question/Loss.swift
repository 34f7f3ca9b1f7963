public import SaliencyCore

/// A number that a question asks to rise: a formula over the activations of any layers.
///
/// The gradient that is shown is that of the weighted sum of the losses. So a loss of weight 1 is followed upwards, as a score is,
/// and one of weight −1 downwards. (keras-vis minimizes, and has the signs the other way round.)
public struct Loss: Sendable {
  /// What the loss is called in reports.
  public let name: String
  let body: @Sendable (Activations) throws -> Value
  /// The loss as people write it, without a weight; nil where it is a formula of the user's own.
  private(set) var text: String?
  /// A value at which the loss has no derivative, and why: a sentence that says what to do; nil where there is none.
  var corner: (value: Float, reason: String)?
  /// Whether its place is a mask that is a file.
  private(set) var namesFiles = false

  /// A loss of the user's own over any layers.
  ///
  /// - Parameters:
  ///   - name: what it is called in reports.
  ///   - body: the formula. A result of several numbers counts with their sum; one with the batch as its first axis is reported
  ///     for each item. What the body throws is thrown when the explainer is compiled.
  public init(_ name: String, _ body: @escaping @Sendable (Activations) throws -> Value) {
    self.name = name
    self.body = body
  }

  /// A loss of the user's own over one layer's activation.
  public init(_ name: String, of layer: LayerReference, _ body: @escaping @Sendable (Value) -> Value) {
    self.init(name) { body(try $0.activation(of: layer)) }
  }

  /// How active filters of a layer, or units of the output, are: the sum over them, where a filter with spatial axes counts with
  /// its mean over them (Erhan et al., "Visualizing Higher-Layer Features of a Deep Network", 2009).
  ///
  /// - Parameters:
  ///   - layer: the layer; the network's output where nil. Of the output the side before a final softmax or sigmoid is meant.
  ///   - filters: the filters, negative ones counted from the last; all where empty.
  public static func activationMaximization(of layer: LayerReference? = nil, filters: [Int] = []) -> Loss {
    activationMaximization(of: layer, filters: filters, at: nil)
  }

  /// The same at some places of the filters; as ``activationMaximization(of:filters:)`` where nil.
  ///
  /// - Parameters:
  ///   - layer: the layer; the network's output where nil. Of the output the side before a final softmax or sigmoid is meant.
  ///   - filters: the filters, negative ones counted from the last; all where empty.
  ///   - place: an index, the sum, the mean or a mask. Places that scores decide, `predicted` and `strongest`, are an error where the loss is asked.
  public static func activationMaximization(
    of layer: LayerReference? = nil, filters: [Int] = [], at place: TargetPlace?
  ) -> Loss {
    let list =
      (filters.isEmpty ? place == nil ? "" : ":all" : ":" + filters.map(String.init).joined(separator: ","))
      + (place.map { "@\($0)" } ?? "")
    var loss = Loss((layer?.description ?? "output") + list) { activations in
      let (units, name) = try activations.units(of: layer, at: place)
      guard !filters.isEmpty else { return units.sum([1]) }
      let count = units.shape[1]
      var chosen: Set<Int32> = []
      for filter in filters {
        let resolved = filter < 0 ? filter + count : filter
        guard 0..<count ~= resolved else {
          throw SaliencyError(
            .unknownTarget,
            "'\(name.printable())' has no filter \(filter); there are \(count), counted from 0 to \(count - 1)"
          )
        }
        chosen.insert(Int32(resolved))
      }
      return units.gathered(chosen.sorted(), along: 1).sum([1])
    }
    loss.text = (layer?.description ?? "output") + (filters.isEmpty && place == nil ? ":all" : list)
    if case .mask = place?.kind { loss.text = nil }
    if case .maskFile = place?.kind { loss.namesFiles = true }
    return loss
  }

  /// How active a layer is as a whole: the mean square of its activation, as DeepDream has it (Mordvintsev et al., "Inceptionism: Going
  /// Deeper into Neural Networks", 2015). Its gradient is largest where the layer already sees something.
  public static func meanSquare(of layer: LayerReference) -> Loss {
    Loss("mean square of \(layer)") { activations in
      let activation = try activations.activation(of: layer)
      let axes = Array(activation.shape.indices.dropFirst())
      return activation.squared().mean(axes, keepsAxes: false)
    }
  }
}

/// The activations of a network that a ``Loss`` is made of.
public struct Activations {
  let network: Network
  let builder: GraphBuilder

  /// The network's input.
  public var input: Value { builder.value(at: network.arrangement?.node ?? network.inputs[0].node) }
  /// The network's output.
  public var output: Value { builder.value(at: network.outputs[0].node) }
  /// The output before a final softmax or sigmoid; the output itself where there is none.
  public var score: Value { FinalActivation(of: output).score }

  /// What a layer gives, in the shape that the network has it in.
  ///
  /// - Throws: `SaliencyError` where there is no such layer, with the nearest names or the range of indices.
  public func activation(of layer: LayerReference) throws(SaliencyError) -> Value {
    builder.value(at: try network.layer(layer).node)
  }

  /// Numbers of the user's own, for instance the activation of another input.
  public func constant(_ tensor: Tensor) -> Value { builder.constant(tensor) }

  /// What a layer gives, or the output before its final activation: items×units with the places of a unit behind them.
  func explained(_ reference: LayerReference?) throws -> Value {
    let layer = try reference.map { try network.layer($0) }
    return try ExplainedUnits(network, builder, layer: layer, side: .score).units
  }

  /// One number a unit, batch×units, of a layer or of the output before its final activation, and what that is called.
  ///
  /// - Parameter place: where units are meant; their means where nil.
  func units(of reference: LayerReference?, at place: TargetPlace?) throws -> (Value, name: String) {
    let layer = try reference.map { try network.layer($0) }
    let units = try ExplainedUnits(network, builder, layer: layer, side: .score)
    let name = units.explained.layer
    guard let place else { return (units.means, name) }
    guard !place.dependsOnScores else {
      throw SaliencyError(
        .unknownTarget,
        "a loss of '\(name.printable())' is asked for at '\(place)', which scores decide; give an index, the sum, the mean or a mask, or "
          + "ask for a target")
    }
    let grid = units.explained.places
    let none = ExplainedValues(unitCount: 1, places: grid, scores: [Float](repeating: 0, count: grid.count))
    let part = try Target.unit(0, at: place).readingMasks().chosen(from: none, labels: nil)[0]
    var weights = [Float](repeating: 0, count: grid.count)
    part.add(to: &weights, at: 0, placeCount: grid.count)
    let shape = units.units.shape
    let flat = units.units.reshaped(to: [shape[0], shape[1], grid.count])
    let weighted = flat * builder.constant(Tensor(shape: [1, 1, grid.count], values: weights))
    return (weighted.sum([2], keepsAxes: false), name)
  }
}
