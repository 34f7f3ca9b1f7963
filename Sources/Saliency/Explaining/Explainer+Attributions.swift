public import SaliencyCore
public import SaliencyImage

extension Explainer {
  /// Explains a target for an image, which is resized, cropped and scaled as ``preprocessing`` says.
  ///
  /// - Parameters:
  ///   - image: an image of any size.
  ///   - target: the units that are explained; the best one where nil. None where losses are explained.
  ///   - labels: the names of the network's classes.
  ///   - progress: is told how far a ``SamplingMethod`` has come; other methods run in one go.
  /// - Throws: `SaliencyError` where the model's input is no image, and what
  ///   ``attribution(of:target:labels:progress:)-(Tensor,_,_,_)`` throws.
  public func attribution(
    of image: Image, target: Target? = nil, labels: Labels? = nil,
    progress: SamplingProgress.Handler? = nil
  ) async throws -> Attribution {
    let (visiblePart, input) = try form.prepare(image)
    let target = try target?.readingMasks(of: image, preprocessing: preprocessing)
    return try await attribution(
      of: input, image: visiblePart, target: target, labels: labels, progress: progress)
  }

  /// Explains a target for a tensor.
  ///
  /// - Parameters:
  ///   - input: a tensor of `inputShape`.
  ///   - target: the units that are explained; the best one where nil, chosen anew for each item of a batch. None where losses
  ///     are explained.
  ///   - labels: the names of the network's classes; needed where the target uses names, and passed over for other layers.
  ///   - progress: is told how far a ``SamplingMethod`` has come; other methods run in one go.
  /// - Throws: `GraphError` where the shape does not fit, `SaliencyError` where the target does not exist, losses are explained and there is a
  ///   target, or a number is not finite.
  public func attribution(
    of input: Tensor, target: Target? = nil, labels: Labels? = nil,
    progress: SamplingProgress.Handler? = nil
  ) async throws -> Attribution {
    try await attribution(of: input, image: nil, target: target, labels: labels, progress: progress)
  }

  /// Explains the units of a target one by one for an image, which is prepared as ``preprocessing`` says.
  ///
  /// - Parameters:
  ///   - image: an image of any size.
  ///   - target: the units that are explained, each by itself.
  ///   - labels: the names of the network's classes.
  ///   - progress: is told how far a ``SamplingMethod`` has come; other methods run in one go.
  /// - Returns: an attribution for each unit, in the target's order.
  /// - Throws: what ``attributions(of:eachOf:labels:progress:)-(Tensor,_,_,_)`` throws, and `SaliencyError` where the model's input is no
  ///   image.
  public func attributions(
    of image: Image, eachOf target: Target, labels: Labels? = nil,
    progress: SamplingProgress.Handler? = nil
  ) async throws -> [Attribution] {
    let (visiblePart, input) = try form.prepare(image)
    let target = try target.readingMasks(of: image, preprocessing: preprocessing)
    return try await attributions(
      of: input, image: visiblePart, eachOf: target, labels: labels, progress: progress)
  }

  /// Explains the units of a target one by one.
  ///
  /// - Parameters:
  ///   - input: a tensor of ``inputShape``.
  ///   - target: the units that are explained, each by itself; chosen anew for each item of a batch.
  ///   - labels: the names of the network's classes; needed where the target uses names, and passed over for other layers.
  ///   - progress: is told how far a ``SamplingMethod`` has come; other methods run in one go.
  /// - Returns: an attribution for each unit, in the target's order.
  /// - Throws: what ``attribution(of:target:labels:progress:)-(Tensor,_,_,_)`` throws, and `SaliencyError` where the target means more units
  ///   for one item of the batch than for another.
  public func attributions(
    of input: Tensor, eachOf target: Target, labels: Labels? = nil,
    progress: SamplingProgress.Handler? = nil
  ) async throws -> [Attribution] {
    try await attributions(of: input, image: nil, eachOf: target, labels: labels, progress: progress)
  }
}
