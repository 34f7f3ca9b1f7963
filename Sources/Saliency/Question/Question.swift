public import SaliencyCore

/// What is asked of a model, as one value: what is explained, with respect to what, by which method.
///
/// As JSON all fields are optional, and their texts are those of the command; `given` has a tensor for each input as lists of lists:
/// `{"target", "losses", "layer", "output", "on", "wrt", "input", "given", "method", "modifier", "layout": {name: letters}, "softmax",
/// "detection": {"detector", "score", "iou"}, "prepare": {…}}`. Losses, methods and modifiers
/// that are formulas of the user's own cannot be written as JSON.
public struct Question: Sendable {
  /// A loss with its weight in the sum; a negative weight asks for the loss to fall.
  public typealias WeightedLoss = (loss: Loss, weight: Float)

  /// The units that are explained: of ``layer``, or of the output. The best one where nil.
  public var target: Target?
  /// The losses whose weighted sum is explained instead of units; none where units are explained.
  public var losses: [WeightedLoss]
  /// The layer whose units are explained; the network's output where nil.
  public var layer: LayerReference?
  /// Which side of a final softmax or sigmoid is explained.
  public var side: OutputSide
  /// The layer that the attribution is for, instead of the input.
  public var withRespectTo: LayerReference?
  /// The inputs that are explained, together where there are several; where empty, the one that the model has selected. `all` alone means all that
  /// are not given.
  public var inputs: [String]
  /// The input that is explained, the first of several; where nil, the one that the model has selected.
  public var input: String? {
    get { inputs.first }
    set { inputs = newValue.map { [$0] } ?? [] }
  }
  /// Tensors for inputs that are not explained, by name, beside those that the model was given.
  public var given: [String: Tensor] = [:]
  /// The output that is asked; where nil, the one that the model has selected.
  public var output: String?
  /// How what is explained is attributed.
  public var method: Method
  /// What is done to the attribution afterwards.
  public var modifier: GradientModifier
  /// What the axes of inputs, outputs and layers stand for, by name, where the user says it: a role for each axis.
  public var layouts: [String: [AxisRole]] = [:]
  /// Whether a softmax is added where the network ends in the scores of classes without one, to report probabilities; where nil, if labels name each
  /// class, or the probability is asked for.
  public var addsSoftmax: Bool?
  /// What is known of a detector, and which of its boxes count.
  public var detection = DetectionSettings()
  /// Whether a network that is certainly a detector is asked for its best box where nothing else is said.
  var prefersBoxes = true
  /// What is known of how images become inputs; the rest is found as ``Model/preprocessing(overrides:origin:)`` says.
  public var preparation: PreprocessingSettings

  /// A question about units, which a target chooses.
  ///
  /// - Parameters:
  ///   - target: the units; the best one where nil.
  ///   - layer: the layer whose units they are; the network's output where nil.
  ///   - side: which side of a final softmax or sigmoid is explained.
  ///   - withRespectTo: the layer that the attribution is for, instead of the input.
  ///   - method: how the units are attributed.
  ///   - modifier: what is done to the attribution afterwards.
  public init(
    _ target: Target? = nil, layer: LayerReference? = nil, side: OutputSide = .score,
    withRespectTo: LayerReference? = nil, method: Method = .gradient, modifier: GradientModifier = .default
  ) {
    (self.target, losses, self.layer, self.side) = (target, [], layer, side)
    (self.withRespectTo, self.method, self.modifier) = (withRespectTo, method, modifier)
    (inputs, output, preparation) = ([], nil, PreprocessingSettings())
  }

  /// A question about the weighted sum of losses.
  public init(
    losses: [WeightedLoss], withRespectTo: LayerReference? = nil, method: Method = .gradient,
    modifier: GradientModifier = .default
  ) {
    self.init(withRespectTo: withRespectTo, method: method, modifier: modifier)
    self.losses = losses
  }

  /// The same question with another method.
  public func asked(by method: Method) -> Question {
    var question = self
    question.method = method
    return question
  }

  /// Whether it can be written as JSON: no loss, method or modifier is a formula of the user's own.
  public var isWritable: Bool {
    losses.allSatisfy { $0.loss.text != nil } && target?.isWritable ?? true && method.isInCatalog
      && modifier.origin != .custom
  }

  /// What is explained, for the graph, before a method.
  var graphQuestion: ExplanationGraph.Question {
    var question = ExplanationGraph.Question(subject: subject, attributionTarget: withRespectTo)
    (question.detection, question.addsSoftmax) = (detection, addsSoftmax)
    if target?.isOfBoxes == true {
      question.boxes = .always
    } else if prefersBoxes, losses.isEmpty, layer == nil, target?.isOfBest ?? true {
      question.boxes = detection.detector == nil ? .whereCertain : .always
    }
    return question
  }

  private var subject: ExplanationGraph.Subject {
    losses.isEmpty ? .units(of: layer, side: side) : .losses(losses.map { ($0.loss, $0.weight) })
  }

  /// The model with the input and the output that are meant; tensors that it was given for other inputs stay.
  ///
  /// - Throws: `SaliencyError` where it has no such input or output.
  public func selecting(in model: Model) throws(SaliencyError) -> Model {
    var model = model
    if let layer, target?.isOfBoxes == true {
      throw SaliencyError(
        .invalidSetting,
        "a box is what the network's outputs say together, and layer '\(layer.description.printable())' is asked about; leave one of both out",
        file: model.path)
    }
    guard inputs.count <= 1 || model.joint != nil else {
      throw SaliencyError(
        .invalidSetting,
        "\(inputs.count) inputs are explained together (\(inputs.joined(separator: ", ").printable())), which only explainers with the shapes of all of "
          + "them are for", file: model.path)
    }
    if model.joint != nil {
      if let output { model = try model.selectingOutput(output) }
    } else if input != nil || output != nil || !given.isEmpty {
      model = try model.selecting(
        input: input ?? model.selectedInput, given: model.given.merging(given) { _, new in new },
        output: output ?? model.selectedOutput)
    }
    model.layouts.merge(layouts) { _, said in said }
    return model
  }
}

extension Question: Codable {
  private enum CodingKeys: String, CodingKey {
    case target, losses, layer, output, on, wrt, input, given, method, modifier, layout, softmax, detection
    case prepare
  }

  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    func refusing(_ key: CodingKeys, _ error: any Error) -> DecodingError {
      .dataCorrupted(
        .init(codingPath: fields.codingPath + [key], debugDescription: "\(error)", underlyingError: error))
    }
    /// The value of a field as the command reads it; what it throws is told with the field's place.
    func parsed<Value>(_ key: CodingKeys, _ parse: (String) throws -> Value) throws -> Value? {
      guard let text = try fields.decodeIfPresent(String.self, forKey: key) else { return nil }
      do {
        return try parse(text)
      } catch {
        throw refusing(key, error)
      }
    }
    func named<Value>(_ value: Value?, _ text: String, _ names: [String]) throws -> Value {
      guard let value else {
        throw SaliencyError(
          .invalidSetting, "'\(text.printable())' is none of \(names.joined(separator: ", "))")
      }
      return value
    }
    self.init()
    target = try parsed(.target) { try Target(parsing: $0) }
    layer = try parsed(.layer) { .name($0) }
    withRespectTo = try parsed(.wrt) { .name($0) }
    given = try (fields.decodeIfPresent([String: NestedNumbers].self, forKey: .given) ?? [:]).mapValues(
      \.tensor)
    if let several = try? fields.decodeIfPresent([String].self, forKey: .input) {
      inputs = several
    } else {
      input = try parsed(.input) { $0 }
    }
    output = try parsed(.output) { $0 }
    side =
      try parsed(.on) { try named(OutputSide(rawValue: $0), $0, OutputSide.allCases.map(\.rawValue)) }
      ?? .score
    method = try parsed(.method) { try Method(parsing: $0) } ?? .gradient
    modifier =
      try parsed(.modifier) {
        try named(GradientModifier(named: $0), $0, GradientModifier.all.map(\.name))
      } ?? .default
    losses = try (fields.decodeIfPresent([String].self, forKey: .losses) ?? []).map { text in
      do {
        return try Loss.parsing(text)
      } catch {
        throw refusing(.losses, error)
      }
    }
    addsSoftmax = try fields.decodeIfPresent(Bool.self, forKey: .softmax)
    do {
      layouts = try (fields.decodeIfPresent([String: String].self, forKey: .layout) ?? [:])
        .mapValues { try AxisRole.roles(parsing: $0) }
    } catch let error as SaliencyError {
      throw refusing(.layout, error)
    }
    detection = try fields.decodeIfPresent(DetectionSettings.self, forKey: .detection) ?? .init()
    preparation = try fields.decodeIfPresent(PreprocessingSettings.self, forKey: .prepare) ?? .init()
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: CodingKeys.self)
    if let target {
      try fields.encode(
        text(target.isWritable ? target.description : nil, "a weighted target", encoder), forKey: .target)
    }
    if !losses.isEmpty {
      try fields.encode(
        losses.map { loss, weight in
          try text(loss.text, "a loss", encoder) + ":\(weight)"
        }, forKey: .losses)
    }
    try fields.encodeIfPresent(layer?.description, forKey: .layer)
    try fields.encodeIfPresent(output, forKey: .output)
    if side != .score { try fields.encode(side.rawValue, forKey: .on) }
    try fields.encodeIfPresent(withRespectTo?.description, forKey: .wrt)
    if !given.isEmpty { try fields.encode(given.mapValues(NestedNumbers.init), forKey: .given) }
    if inputs.count > 1 {
      try fields.encode(inputs, forKey: .input)
    } else {
      try fields.encodeIfPresent(input, forKey: .input)
    }
    try fields.encode(
      text(method.isInCatalog ? method.fullSpecification : nil, "method '\(method.name)'", encoder),
      forKey: .method)
    switch modifier.origin {
    case .default: break
    case .custom: _ = try text(nil, "gradient modifier '\(modifier.name)'", encoder)
    case .identity, .builtIn: try fields.encode(modifier.name, forKey: .modifier)
    }
    if !layouts.isEmpty {
      try fields.encode(layouts.mapValues { String($0.map(\.rawValue)) }, forKey: .layout)
    }
    try fields.encodeIfPresent(addsSoftmax, forKey: .softmax)
    if detection != DetectionSettings() { try fields.encode(detection, forKey: .detection) }
    if preparation != PreprocessingSettings() { try fields.encode(preparation, forKey: .prepare) }
  }

  /// The text of a part, or the error of one that is a formula of the user's own.
  private func text(_ text: String?, _ part: String, _ encoder: any Encoder) throws -> String {
    if let text { return text }
    throw EncodingError.invalidValue(
      self,
      .init(
        codingPath: encoder.codingPath,
        debugDescription: "\(part.printable()) is a formula of your own, which cannot be written as text"))
  }
}
