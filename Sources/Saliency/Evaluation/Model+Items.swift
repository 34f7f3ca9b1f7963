public import SaliencyCore

/// What metrics have to know of inputs: whether they are images, and whether they are texts.
public struct EvaluatedForm: Sendable, Hashable {
  /// Whether an item has channels at places along two axes.
  public let isImage: Bool
  /// Whether the numbers pick rows of an embedding, as those of tokens do, so that nothing lies between them.
  public let areTokens: Bool
}

extension Model {
  /// The items of an input, one by one: each is an input of one item, with all axes that the model has.
  ///
  /// - Parameters:
  ///   - input: an input as the model has it, wherever its items lie. One without an axis of items is one item.
  ///   - layer: the layer that is explained; the output where nil. It may show where items lie.
  /// - Throws: what ``network(inputShape:)`` throws; `SaliencyError` where another input is given for all items together.
  public func items(of input: Tensor, layer: LayerReference? = nil) throws -> [Tensor] {
    let arranged = try ArrangedModel(self, inputShape: fillingItems(of: input.shape), layer: layer)
    let arrangement = arranged.arrangement
    let count = arrangement.itemCount(of: input.shape)
    guard count > 1 else { return [input] }
    try arranged.requireNothingGivenForAll("explanations are evaluated one by one", itemCount: count)
    return arrangement.arranged(input).items(count).map { arrangement.original($0) }
  }

  /// What metrics have to know of an input of one item.
  ///
  /// - Parameters:
  ///   - shape: the shape of the input, as ``items(of:layer:)`` gives it.
  ///   - layer: the layer that is explained; the output where nil.
  /// - Throws: what ``network(inputShape:)`` throws.
  public func evaluatedForm(ofItem shape: Shape, layer: LayerReference? = nil) throws -> EvaluatedForm {
    let whole = try fillingItems(of: shape)
    let arranged = try ArrangedModel(self, inputShape: whole, layer: layer)
    let network = try arranged.network(inputShape: arranged.arrangement.arranged(whole))
    let channelAxis = try network.inputChannelAxis(network.inputRoles(), ifImage: arranged.layout)
    return EvaluatedForm(
      isImage: network.inputs[0].shape.count == 4 && channelAxis != nil,
      areTokens: try arranged.tokenInput(inputShape: whole) != nil)
  }

  /// The metrics of a list that some of the inputs have what is needed for.
  ///
  /// - Parameters:
  ///   - metrics: the list.
  ///   - items: inputs of one item, as ``items(of:layer:)`` gives them.
  ///   - hasMasks: whether some of them have a mask.
  ///   - layer: the layer that is explained; the output where nil.
  /// - Throws: what ``network(inputShape:)`` throws.
  public func metrics(
    of metrics: [any ExplanationMetric], for items: [Tensor], hasMasks: Bool, layer: LayerReference? = nil
  ) throws -> [any ExplanationMetric] {
    let forms = try Set(items.map(\.shape)).map { try evaluatedForm(ofItem: $0, layer: layer) }
    return metrics.filter { metric in
      guard metric.fitsTokens || !forms.contains(where: \.areTokens) else { return false }
      return switch metric.scope {
      case .inputs: true
      case .images: forms.allSatisfy(\.isImage)
      case .masks: hasMasks
      }
    }
  }

  /// The shape of an input of one item, or of as many as the model takes where it takes no other number.
  func fillingItems(of shape: Shape) throws(SaliencyError) -> Shape {
    guard let dimensions = try explainedInput().dimensions, dimensions.count == shape.count else {
      return shape
    }
    return zip(shape, dimensions).map { extent, fixed in extent == 1 ? fixed ?? 1 : extent }
  }
}
