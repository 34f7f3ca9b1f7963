import Saliency

/// One thing that is explained: an input, or an item of its batch.
struct EvaluationItem {
  let file: InputFile
  /// Its position among the input's items; nil where the input is one item.
  let position: Int?
  let tensor: Tensor
  let mask: [Bool]?
}

/// Reads inputs and their masks.
struct EvaluationLoader {
  let reader: InputReader
  /// The paths of inputs' masks.
  let masks: [InputFile: String]
  /// The layer that is explained; the output where nil.
  let layer: LayerReference?
  /// Whether the metrics were named, so that none is left out.
  let isGiven: Bool

  /// The items of all inputs.
  func items(of inputs: [InputFile]) throws -> [EvaluationItem] {
    try inputs.flatMap { try items(of: $0) }
  }

  private func items(of input: InputFile) throws -> [EvaluationItem] {
    let prepared = try reader.load(input)
    let mask = try masks[input].map { try self.mask($0, of: prepared) }
    do {
      let items = try reader.model.items(of: prepared.tensor, layer: layer)
      return items.enumerated().map { index, item in
        EvaluationItem(file: input, position: items.count > 1 ? index : nil, tensor: item, mask: mask)
      }
    } catch {
      throw Failure(error, input: input.title, model: reader.model.path)
    }
  }

  /// The places that a mask marks.
  private func mask(_ path: String, of prepared: PreparedInput) throws -> [Bool] {
    do {
      return try prepared.places(insideMask: path)
    } catch {
      throw Failure(error, input: path)
    }
  }

  /// The metrics that are asked for: where they were not named, those alone that some input has what is needed for.
  func usable(
    _ metrics: [any ExplanationMetric], for items: [EvaluationItem]
  ) throws -> [any ExplanationMetric] {
    let hasMasks = items.contains { $0.mask != nil }
    if isGiven {
      guard let metric = metrics.first(where: { $0.scope == .masks && !hasMasks }) else { return metrics }
      throw Failure(
        "metric '\(metric.name)' needs to know where the explained thing is; give --mask",
        exitCode: Failure.usage)
    }
    return try reader.model.metrics(
      of: metrics, for: items.map(\.tensor), hasMasks: hasMasks, layer: layer)
  }
}
