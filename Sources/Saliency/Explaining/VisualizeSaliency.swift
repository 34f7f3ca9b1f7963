public import SaliencyCore

/// Shows which parts of an input make filters of a layer, or units of the output, more active.
///
/// The general entry point, after keras-vis's function of the same name; an ``Explainer`` does the work, and should be kept where many
/// inputs are asked about. Works on inputs of any number of axes, and on batches.
///
/// - Parameters:
///   - model: the network.
///   - layer: the layer whose filters are explained; the network's output where nil. Of the output the score before a final softmax
///     or sigmoid is meant.
///   - filters: the filters or units, negative ones counted from the last, which are maximized together; all where empty.
///   - input: the input, the batch first.
///   - withRespectTo: a layer whose activation the map is for; the input where nil.
///   - method: how what is asked is attributed: the gradient, guided or rectified backpropagation, or any other method.
///   - gradientModifier: what is done to the gradient afterwards.
///   - keepsDimensions: whether the axis of channels stays; else the largest value over it is taken, of signed values the one with the
///     largest magnitude. An input of batch and features has no such axis, and keeps its shape either way.
///   - isNormalized: whether each item is scaled to 0…1, its smallest number to 0 and its largest to 1, all zeros where they are equal.
///     Else the numbers are the gradient's own.
/// - Returns: the map, in the shape of what it is for, without the axis of channels unless that stays.
/// - Throws: what ``Explainer`` throws.
public func visualizeSaliency(
  of model: Model, layer: LayerReference? = nil, filters: [Int] = [], input: Tensor,
  withRespectTo: LayerReference? = nil, method: Method = .gradient,
  gradientModifier: GradientModifier = .absolute, keepsDimensions: Bool = false, isNormalized: Bool = true
) async throws -> Tensor {
  try await visualizeSaliency(
    of: model, losses: [(.activationMaximization(of: layer, filters: filters), 1)], input: input,
    withRespectTo: withRespectTo, method: method, gradientModifier: gradientModifier,
    keepsDimensions: keepsDimensions, isNormalized: isNormalized)
}

/// Shows which parts of an input make the weighted sum of losses rise.
///
/// The entry point for research: losses are formulas over the activations of any layers, and may be combined with weights, negative ones
/// too.
///
/// - Parameters:
///   - model: the network.
///   - losses: each loss with its weight; a negative weight asks for the loss to fall.
///   - input: the input, the batch first.
///   - withRespectTo: a layer whose activation the map is for, on which every loss has to depend; the input where nil.
///   - method: how what is asked is attributed: the gradient, guided or rectified backpropagation, or any other method.
///   - gradientModifier: what is done to the gradient afterwards.
///   - keepsDimensions: whether the axis of channels stays; else it is reduced as for filters of a layer.
///   - isNormalized: whether each item is scaled to 0…1; else the numbers are the gradient's own.
/// - Returns: the map, in the shape of what it is for, without the axis of channels unless that stays.
/// - Throws: what ``Explainer`` throws.
public func visualizeSaliency(
  of model: Model, losses: [(Loss, weight: Float)], input: Tensor, withRespectTo: LayerReference? = nil,
  method: Method = .gradient, gradientModifier: GradientModifier = .absolute,
  keepsDimensions: Bool = false, isNormalized: Bool = true
) async throws -> Tensor {
  guard !losses.isEmpty else {
    throw SaliencyError(.invalidSetting, "no losses are given; give at least one", file: model.path)
  }
  return try await visualizeSaliency(
    of: model,
    Question(
      losses: losses.map { ($0.0, $0.weight) }, withRespectTo: withRespectTo, method: method,
      modifier: gradientModifier), input: input, keepsDimensions: keepsDimensions, isNormalized: isNormalized)
}

/// Shows which parts of an input the answer to a question depends on.
///
/// - Parameters:
///   - model: the network.
///   - question: what is asked, by which method, and what is done to the attribution afterwards.
///   - input: the input, as the model has it.
///   - labels: the names of the network's classes; needed where the question's target uses names.
///   - keepsDimensions: whether the axis of channels stays; else it is reduced as for filters of a layer.
///   - isNormalized: whether each item is scaled to 0…1; else the numbers are the attribution's own.
/// - Returns: the map, in the shape of what it is for, without the axis of channels unless that stays.
/// - Throws: what ``Explainer`` throws.
public func visualizeSaliency(
  of model: Model, _ question: Question, input: Tensor, labels: Labels? = nil, keepsDimensions: Bool = false,
  isNormalized: Bool = true
) async throws -> Tensor {
  let explainer = try await Explainer(model, question, inputShape: input.shape)
  let attribution = try await explainer.attribution(of: input, labels: labels)
  return attribution.map(keepsChannels: keepsDimensions, isNormalized: isNormalized)
}
