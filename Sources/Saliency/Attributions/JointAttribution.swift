public import SaliencyCore
public import SaliencyImage

/// The attributions of several inputs that were explained together: one question, one path, an attribution for each input.
///
/// Where a method's values add up to what was explained, those of all inputs together do.
public struct JointAttribution: Sendable {
  /// The attributions, in the order in which the question names the inputs.
  public internal(set) var attributions: [Attribution]
  /// All of them in one.
  package let whole: Attribution

  /// The names of the inputs.
  public var names: [String] { attributions.map(\.provenance.input) }

  /// The attribution of an input; nil where it was not explained.
  public subscript(name: String) -> Attribution? { attributions.first { $0.provenance.input == name } }

  /// How nearly the values of all inputs add up to what was explained; see ``Attribution/conservation(item:)``.
  public func conservation(item: Int = 0) -> Attribution.Conservation? { whole.conservation(item: item) }

  /// The sum of each input's values for an item.
  public func sums(item: Int = 0) -> [Double] {
    attributions.map { attribution in
      let items = attribution.values.items(attribution.values.shape[0])
      return items.indices.contains(item) ? items[item].values.reduce(0.0) { $0 + Double($1) } : 0
    }
  }

  /// The same with the images that inputs were made of, by name; figures show them.
  public func showing(_ images: [String: Image]) -> JointAttribution {
    var shown = self
    for index in shown.attributions.indices {
      shown.attributions[index].image = images[shown.attributions[index].provenance.input]
    }
    return shown
  }
}

extension Explainer {
  /// Compiles a question about several inputs together, those that ``Question/inputs`` names.
  ///
  /// - Parameters:
  ///   - model: the network.
  ///   - question: what is asked.
  ///   - inputShapes: the shapes of the inputs by name, each with the same number of items in front.
  ///   - executor: where it runs; where nil, on `Executor.shared`.
  /// - Throws: what ``init(_:_:inputShape:preprocessing:executor:)`` throws, and `SaliencyError` where an input holds integers or the method is for one
  ///   input.
  public convenience init(
    _ model: Model, _ question: Question, inputShapes: [String: Shape], executor: Executor? = nil
  ) async throws {
    let model = try model.joining(question, inputShapes)
    try await self.init(model, question, inputShape: model.joint?.shape, executor: executor)
  }

  /// Explains several inputs together.
  ///
  /// - Parameters:
  ///   - inputs: the tensors by the inputs' names.
  ///   - target: the units; where nil, those of the question, else the best one.
  ///   - labels: the names of the units.
  ///   - progress: is told of samples.
  /// - Throws: `SaliencyError` where an input is missing or of another shape, and what
  ///   ``attribution(of:target:labels:progress:)-(Tensor,_,_,_)`` throws.
  public func attributions(
    of inputs: [String: Tensor], target: Target? = nil, labels: Labels? = nil,
    progress: SamplingProgress.Handler? = nil
  ) async throws -> JointAttribution {
    guard let joint = model.joint else {
      throw SaliencyError(
        .invalidSetting, "the question is about one input; explain a tensor of it", file: model.path)
    }
    let packed = try SaliencyError.naming(model.path) { () throws(SaliencyError) in try joint.packed(inputs) }
    let whole = try await attribution(
      of: packed, image: nil, target: target, labels: labels, progress: progress)
    let (values, tensors) = (joint.unpacked(whole.arrangedValues), joint.unpacked(whole.arrangedInput))
    let parts = joint.parts.indices.map { index in
      whole.part(joint.parts[index], values: values[index], input: tensors[index])
    }
    return JointAttribution(attributions: parts, whole: whole)
  }
}

extension Model {
  /// The model with the inputs of a question as one.
  func joining(_ question: Question, _ shapes: [String: Shape]) throws -> Model {
    var output = question
    output.inputs = []
    return try output.selecting(in: self).joining(question.inputs, shapes: shapes)
  }
}

extension AttributionChecker {
  /// Compiles what is needed for checks of attributions of several inputs together.
  public convenience init(
    _ model: Model, _ question: Question, inputShapes: [String: Shape], executor: Executor? = nil
  ) async throws {
    let model = try model.joining(question, inputShapes)
    try await self.init(model, question, inputShape: model.joint?.shape ?? [], executor: executor)
  }

  /// Checks each item of several inputs' attributions, all of them together.
  public func checks(of attribution: JointAttribution) async throws -> [AttributionCheck] {
    try await checks(of: attribution.whole)
  }
}

extension Attribution {
  /// The attribution of one of the inputs that were explained together.
  fileprivate func part(_ part: JointInputs.Part, values: Tensor, input: Tensor) -> Attribution {
    Attribution(
      arrangedValues: values, units: units, losses: losses, arrangedInput: input, image: nil,
      provenance: provenance.of(part, shape: input.shape))
  }
}
