public import ArgumentParser
public import Saliency

extension Similarity: @retroactive ExpressibleByArgument {}

extension GradientModifier: @retroactive ExpressibleByArgument {
  public init?(argument: String) { self.init(named: argument) }
  public var defaultValueDescription: String { name }
  public static var allValueStrings: [String] { all.map(\.name) }
}

/// How an output is attributed.
struct MethodOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "How the output is attributed, as NAME or NAME:OPTION=VALUE:…, such as integrated-gradients:steps=100; 'saliency methods' lists them.",
      valueName: "method"), completion: .method)
  var method = "gradient"

  @Option(
    help:
      "What is done to the attribution afterwards (default: what is usual for the method; absolute for gradients).",
    completion: .list(GradientModifier.allValueStrings))
  var gradientModifier: GradientModifier?

  func validate() throws {
    try Usage.check { _ = try parsed() }
  }

  func parsed() throws(SaliencyError) -> Saliency.Method { try Saliency.Method(parsing: method) }
}

/// What is asked about: units, or losses.
struct SubjectOptions: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The units: an index, a class name (with --labels), top, top:K, a detector's box as box:I, or several joined by commas, which are maximized together. Default: top; of 'export' dynamic, an index that the written model is given; of 'maximize' the layer as a whole.",
      valueName: "target"), completion: .target)
  var target: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Units of this layer are meant instead of those of the network's output: its name, or its index as 'inspect' lists it; -1 is the last. A unit with a height and width counts with its mean.",
      valueName: "name|index"), completion: .layer)
  var layer: String?

  @Option(
    parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      "A weighted sum of losses is meant instead of a target; repeatable. LAYER is a name, an index or 'output', FILTERS are indices joined by commas or 'all', with @PLACE behind them if they are not meant everywhere, as in 'output:2@4x30', and a negative WEIGHT asks for less.",
      valueName: "layer:filters:weight"))
  var loss: [String] = []

  @Option(help: "Which side of a final softmax or sigmoid is meant.")
  var on = OutputSide.score

  func validate() throws {
    try Usage.check {
      _ = try parsedTarget()
      _ = try losses()
    }
    guard !loss.isEmpty else { return }
    let excluded = [
      target == nil ? nil : "--target", layer == nil ? nil : "--layer", on == .score ? nil : "--on",
    ].compactMap { $0 }
    guard excluded.isEmpty else {
      throw ValidationError(
        "--loss says itself what is explained; leave out \(excluded.joined(separator: ", "))")
    }
  }

  /// The target; nil where losses are meant.
  func parsedTarget() throws -> Target? {
    loss.isEmpty ? try Target(parsing: target ?? "top") : nil
  }

  func losses() throws -> [(Loss, weight: Float)] {
    try loss.map { text throws(SaliencyError) in
      let parsed = try Loss.parsing(text)
      return (parsed.loss, parsed.weight)
    }
  }

  var layerReference: LayerReference? { layer.map { .name($0) } }
}

/// Where probabilities come from if the network does not compute them.
struct ProbabilityOptions: ParsableArguments {
  @Flag(
    inversion: .prefixedNo,
    help:
      "Report probabilities by a softmax where the network ends in scores without one. By default that is done where labels name each class."
  )
  var softmax: Bool?
}

/// What is asked of the network.
struct QuestionOptions: ParsableArguments {
  @OptionGroup var subject: SubjectOptions

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The layer whose activation the attribution is for, with respect to which the gradient is taken, instead of the input.",
      valueName: "name|index"), completion: .layer)
  var wrt: String?

  @Option(
    help: ArgumentHelp(
      "How alike the output, or the activation of --layer, is to that for this other input is meant instead of a target.",
      valueName: "file"), completion: .file(extensions: ["png", "jpg", "jpeg", "webp", "npy"]))
  var similarTo: String?

  @Option(
    help: "How alike means with --similar-to: the cosine, the dot product, or l2, the negative distance.")
  var similarity = Similarity.cosine

  @OptionGroup var probabilities: ProbabilityOptions

  @OptionGroup var detection: DetectorOptions

  @OptionGroup var methodOptions: MethodOptions

  func validate() throws {
    guard similarTo != nil else {
      guard similarity == .cosine else {
        throw ValidationError("--similarity says how --similar-to compares; give that, too")
      }
      return
    }
    guard subject.target == nil, subject.loss.isEmpty, subject.on == .score else {
      throw ValidationError("--similar-to says itself what is explained; leave out --target, --loss and --on")
    }
  }

  /// The question with the other input that it compares with; the same where there is none.
  ///
  /// - Parameter reader: makes the tensor of the other input.
  func comparing(
    _ question: Question, by similarity: Similarity? = nil, _ reader: InputReader, _ executor: Executor
  ) async throws -> Question {
    guard let similarTo else { return question }
    let file = InputFile(path: similarTo)
    let input = try reader.load(file)
    var question = question
    let loss = try await reader.model.similarity(
      to: input.tensor, measure: similarity ?? self.similarity, layer: question.layer, named: file.name,
      executor: executor)
    (question.target, question.layer, question.losses) = (nil, nil, [(loss, 1)])
    return question
  }

  /// The question.
  ///
  /// - Parameter preparation: what is known of how images become inputs.
  func question(_ preparation: PreprocessingSettings = .init()) throws -> Question {
    var question = Question(
      try subject.parsedTarget(), layer: subject.layerReference, side: subject.on,
      withRespectTo: wrt.map { .name($0) }, method: try methodOptions.parsed(),
      modifier: methodOptions.gradientModifier ?? .default
    )
    question.losses = try subject.losses().map { ($0.0, $0.weight) }
    question.addsSoftmax = probabilities.softmax
    question.detection = detection.settings()
    question.preparation = preparation
    return question
  }
}
