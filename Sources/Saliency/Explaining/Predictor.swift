public import SaliencyCore
public import SaliencyImage

/// A model compiled to give its scores alone.
public final class Predictor: Sendable {
  /// The shape of the inputs.
  public var inputShape: Shape { form.shape }
  /// The number of classes.
  public var unitCount: Int { explanation.unitCount }
  /// The extents of the axes along which a class has places, as pixels of a segmentation; empty where each class is one number.
  public var placeExtents: [Int] { explanation.explained.places.extents }
  /// How the output's boxes are read; nil where the network is no detector, or not for certain.
  public var detector: Detector? { explanation.detector }

  /// The bytes of the weights as they are packed to be run.
  public var packedByteCount: Int { plan.constantByteCount }

  private let form: InputForm
  private let addsSoftmax: Bool?
  private let fileLabels: Labels?
  let batch: BatchedPlan
  /// The compiled graph; of a large batch the one that runs on a few of its items.
  public var plan: Plan { batch.plan }
  var explanation: ExplanationGraph { batch.explanation }
  let executor: Executor
  private let path: String
  let arrangement: InputArrangement
  private let tokens: TokenInput?

  /// Checks that labels name the network's classes; see ``Explainer/check(_:)``.
  public func check(_ labels: Labels?) throws(SaliencyError) {
    try labels?.check(explanation.explained, unitCount, detector: detector)
  }

  /// Compiles the forward pass; parameters and errors are those of ``Explainer`` and ``Question/addsSoftmax``.
  ///
  /// - Parameters:
  ///   - model: the network.
  ///   - inputShape: the shape of the inputs.
  ///   - preprocessing: how images become inputs.
  ///   - addsSoftmax: whether a softmax is added.
  ///   - detection: what is known of a detector; where nil, units of the output are given whatever the network is.
  ///   - executor: where it runs.
  public init(
    _ model: Model, inputShape: Shape? = nil, preprocessing: Preprocessing? = nil,
    addsSoftmax: Bool? = nil, detection: DetectionSettings? = DetectionSettings(),
    executor: Executor? = nil
  ) async throws {
    self.addsSoftmax = addsSoftmax
    form = try InputForm(model, shape: inputShape, preprocessing: preprocessing)
    path = model.path
    let executor = try executor ?? .shared
    self.executor = executor
    let arranged = try ArrangedModel(model, inputShape: form.shape)
    arrangement = arranged.arrangement
    tokens = try arranged.tokenInput(inputShape: form.shape)
    var question = ExplanationGraph.Question(subject: .units(of: nil, side: .score))
    question.addsSoftmax = addsSoftmax
    if let detection {
      (question.detection, question.boxes) = (detection, detection.detector == nil ? .whereCertain : .always)
    }
    batch = try await BatchedPlan(shape: arrangement.arranged(form.shape), executor) { [question] in
      try ExplanationGraph(arranged, question, inputShape: $0)
    }
    let explanation = batch.explanation
    fileLabels = model.fileLabels(
      forUnits: explanation.unitCount, of: explanation.explained, explanation.detector)
  }

  /// The best units for an image, best first.
  ///
  /// - Parameters:
  ///   - image: an image of any size.
  ///   - count: how many units are returned; all where there are fewer.
  ///   - labels: the names of the units.
  /// - Throws: `SaliencyError` where the model's input is no image or a number is not finite, `GraphError` where the
  ///   predictor is compiled for a batch of another size than 1.
  public func predictions(
    for image: Image, count: Int = 5, labels: Labels? = nil
  ) async throws -> [Attribution.Unit] {
    try await predictions(for: try form.prepare(image).input, count: count, labels: labels)[0]
  }

  /// The best units of each item of a batch, best first.
  ///
  /// - Parameters:
  ///   - input: a tensor of ``inputShape``.
  ///   - count: how many units are returned; all where there are fewer.
  ///   - labels: the names of the units.
  /// - Throws: `GraphError` where the shape does not fit, `SaliencyError` where a number is not finite.
  public func predictions(for input: Tensor, count: Int = 5, labels: Labels? = nil) async throws
    -> [[Attribution.Unit]]
  {
    try await predictions(of: input, count: count, labels: labels).map(\.units)
  }

  /// What the network says of an item of a batch.
  public struct Prediction: Sendable {
    /// The best units, best first.
    public let units: [Attribution.Unit]
    /// The classes that win somewhere, the largest share first; nil where the output is no map of classes over rows and columns.
    public let shares: [ClassShare]?
    /// What stands between scores and probabilities, such as "Softmax"; nil where there are no probabilities.
    public let finalActivation: String?
    /// Whether the network ends without it, so that it was assumed to give probabilities.
    public let isActivationAdded: Bool
  }

  /// The best units of each item of a batch, best first, and of a segmentation how much each class has of the image.
  ///
  /// - Parameters:
  ///   - input: a tensor of ``inputShape``.
  ///   - count: how many units are returned; all where there are fewer.
  ///   - labels: the names of the units.
  /// - Throws: `GraphError` where the shape does not fit, `SaliencyError` where a number is not finite, or the network is a detector.
  public func predictions(of input: Tensor, count: Int = 5, labels: Labels? = nil) async throws
    -> [Prediction]
  {
    guard detector == nil else {
      throw SaliencyError(
        .invalidSetting,
        "it is a detector, which gives boxes and no classes; ask for its detections, or for units without settings of a detector",
        file: path)
    }
    let answer = try await values(for: input)
    let labels = (labels ?? fileLabels)?.fitting(explanation.explained, unitCount)
    return try SaliencyError.naming(path) {
      let reportsProbabilities = explanation.explained.reportsProbabilities(
        of: unitCount, labels: labels, addsSoftmax: addsSoftmax)
      let probabilities = reportsProbabilities ? answer.probabilities : nil
      return try answer.scores.enumerated().map { item, values in
        let units = try Target.top(min(max(count, 1), values.unitCount))
          .chosen(from: values, labels: nil, winsPlaces: true).prefix(max(count, 0)).map {
            Attribution.Unit(
              $0, name: labels?.name(of: $0.unit), scores: values, probabilities: probabilities?[item])
          }
        let activation = probabilities == nil ? nil : explanation.explained.finalActivation
        return Prediction(
          units: units, shares: values.classShares(labels: labels), finalActivation: activation,
          isActivationAdded: activation != nil && explanation.explained.isActivationAdded)
      }
    }
  }

  /// The numbers of all units of each item.
  private func values(
    for input: Tensor
  ) async throws -> (scores: [ExplainedValues], probabilities: [ExplainedValues]?) {
    guard input.shape == inputShape else {
      throw GraphError(
        .inputMismatch,
        "input '\(explanation.inputLabel)' takes a tensor of \(inputShape.text), not \(input.shape.text)")
    }
    try input.requireFiniteInput()
    try SaliencyError.naming(path) { try tokens?.require(arrangement.arranged(input)) }
    let answer = explanation.values(of: try await batch.run(arrangement.arranged(input)))
    try SaliencyError.naming(path) {
      for values in answer.scores {
        try Tensor(shape: [values.scores.count], values: values.scores).requireFiniteResult(
          "the score of '\(explanation.explained.layer.printable())'")
      }
    }
    return answer
  }

  /// The boxes that a detector finds in an image, by falling score, in the image's pixels.
  ///
  /// - Parameter image: an image of any size.
  /// - Throws: what ``detections(for:)-(Tensor)`` throws, and `SaliencyError` where the model's input is no image.
  public func detections(for image: Image) async throws -> [Detection] {
    let placement = try form.preprocessing.get().placement(of: image)
    return try await detections(for: try form.prepare(image).input)[0].map(placement.original)
  }

  /// The boxes that a detector finds in each item of a batch, by falling score, in pixels of the network's input.
  ///
  /// - Parameter input: a tensor of ``inputShape``.
  /// - Throws: `SaliencyError` where the network is no detector, or not for certain and none is said, or a number is not finite; `GraphError`
  ///   where the shape does not fit.
  public func detections(for input: Tensor) async throws -> [[Detection]] {
    guard let detector else {
      throw SaliencyError(
        .invalidSetting,
        "it is not recognized as a detector; say which it is: \(Detector.formNames.joined(separator: ", "))",
        file: path)
    }
    return try await values(for: input).scores.map(detector.detections)
  }

  /// The name of a class of a detection.
  public func className(of detection: Detection, labels: Labels? = nil) -> String? {
    detector?.channels.name(of: detection.classIndex, labels ?? fileLabels)
  }
}
