extension Explainer {
  /// Explains a target for an input that was prepared; masks that the target names are prepared as the image was.
  ///
  /// - Parameters:
  ///   - input: what ``Model/prepare(_:overrides:origin:keepsSize:)`` gave.
  ///   - target: the units that are explained; those of the question where nil, else the best one. None where losses are explained.
  ///   - labels: the names of the network's classes.
  ///   - progress: is told how far a ``SamplingMethod`` has come; other methods run in one go.
  /// - Throws: what ``attribution(of:target:labels:progress:)-(Tensor,_,_,_)`` throws, and what reading a ``TargetMask`` does.
  public func attribution(
    of input: PreparedInput, target: Target? = nil, labels: Labels? = nil,
    progress: SamplingProgress.Handler? = nil
  ) async throws -> Attribution {
    try await attribution(
      of: input.tensor, image: input.visiblePart,
      target: (target ?? question.target)?.readingMasks(of: input), labels: labels, progress: progress)
  }

  /// Explains the units of a target one by one for an input that was prepared; masks that the target names are prepared as the image was.
  ///
  /// - Parameters:
  ///   - input: what ``Model/prepare(_:overrides:origin:keepsSize:)`` gave.
  ///   - target: the units that are explained, each by itself.
  ///   - labels: the names of the network's classes.
  ///   - progress: is told how far a ``SamplingMethod`` has come; other methods run in one go.
  /// - Returns: an attribution for each unit, in the target's order.
  /// - Throws: what ``attributions(of:eachOf:labels:progress:)-(Tensor,_,_,_)`` throws, and what reading a ``TargetMask`` does.
  public func attributions(
    of input: PreparedInput, eachOf target: Target, labels: Labels? = nil,
    progress: SamplingProgress.Handler? = nil
  ) async throws -> [Attribution] {
    try await attributions(
      of: input.tensor, image: input.visiblePart, eachOf: target.readingMasks(of: input), labels: labels,
      progress: progress)
  }
}

extension Target {
  /// The same target with the masks that it names as files, prepared as an input's image was.
  ///
  /// - Throws: what reading a ``TargetMask`` throws.
  public func readingMasks(of input: PreparedInput) throws -> Target {
    try readingMasks(of: input.image, preprocessing: input.preprocessing)
  }
}
