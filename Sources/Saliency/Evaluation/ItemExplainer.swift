import SaliencyCore

/// An explainer that is asked about one item at a time, also where the model takes several and no other number: all are that item then.
struct ItemExplainer: Sendable {
  let explainer: Explainer
  /// How many items the model is given.
  let itemCount: Int
  /// The shape of one item, as the model has it.
  let inputShape: Shape
  /// The same with the items in front.
  let arrangedShape: Shape

  /// - Parameter explainer: the explainer, compiled for as many items as the model takes.
  /// - Throws: `SaliencyError` where those may depend on each other.
  init(_ explainer: Explainer) throws {
    self.explainer = explainer
    let arranged = explainer.arranged
    let shape = arranged.arrangement.arranged(explainer.inputShape)
    itemCount = shape[0]
    arrangedShape = [1] + shape.dropFirst()
    inputShape = try arranged.arrangement.original(arrangedShape)
    guard itemCount > 1 else { return }
    guard arranged.fixedItemCount == itemCount else {
      throw SaliencyError(
        .invalidInput,
        "explanations are evaluated one by one, but the shape \(explainer.inputShape.text) is a batch of \(itemCount)",
        file: arranged.path)
    }
    try arranged.requireSeparateItems("explanations are evaluated one by one", inputShape: shape)
  }

  /// The attribution of an item.
  struct ItemAttribution {
    let units: [Attribution.Unit]
    /// The values before any modifier, with the items in front: of the item's shape, of that with one channel, or where the item is a text
    /// 1×tokens×numbers.
    let values: Tensor
    /// The axis of the values along which channels lie; nil where there are none.
    let channelAxis: Int?
  }

  /// Explains an item.
  ///
  /// - Parameter item: the item, with the items in front.
  func attribution(
    of item: Tensor, target: Target?, labels: Labels? = nil
  ) async throws -> ItemAttribution {
    if let target, !explainer.answers(target) {
      throw SaliencyError(
        .unknownTarget,
        "the target '\(target)' is \(target.isOfBoxes ? "of boxes, and units are" : "of units, and boxes are") evaluated; give it in the "
          + "question", file: explainer.arranged.path)
    }
    let copies = Tensor(joining: Array(repeating: item, count: itemCount))
    let attribution = try await explainer.attribution(
      of: explainer.arranged.arrangement.original(copies), target: target, labels: labels)
    let provenance = attribution.provenance
    var values = attribution.arrangedValues
    if itemCount > 1 {
      guard values.shape.first == itemCount else {
        throw SaliencyError(
          .invalidSetting,
          "the attribution is of \(values.shape.text), which has no axis for the \(itemCount) items in front",
          file: provenance.model.path)
      }
      values = values.items(itemCount)[0]
    }
    let tokenCount = item.shape.elementCount
    guard provenance.resolved.isForEmbedding, values.shape.elementCount.isMultiple(of: tokenCount) else {
      return ItemAttribution(
        units: attribution.units[0], values: values, channelAxis: provenance.arrangedChannelAxis)
    }
    return ItemAttribution(
      units: attribution.units[0],
      values: values.reshaped(to: [1, tokenCount, values.shape.elementCount / tokenCount]), channelAxis: 2)
  }
}
