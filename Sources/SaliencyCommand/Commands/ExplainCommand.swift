import ArgumentParser
import Saliency

struct ExplainCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain", abstract: "Draws which parts of each input an output of the network depends on.")

  @OptionGroup var common: ModelOptions
  @OptionGroup(title: "Question") var question: QuestionOptions
  @OptionGroup(title: "Text") var text: TextOptions
  @OptionGroup(title: "Comparison") var comparison: ComparisonOptions

  @Option(
    help: ArgumentHelp(
      "Make a result again: ask and draw as this file says, an image that was written before, a report (.json) or numbers (.npy). It says itself what is asked and how it is drawn; where the model or the input are not the same files, that is told.",
      valueName: "file"),
    completion: .file(extensions: ["png", "jpg", "jpeg", "webp", "svg", "pdf", "json", "npy"]))
  var from: String?

  @Flag(
    help:
      "Check what the method promises of each result by running the network: that attributions add up, or that the score rises along the gradient."
  )
  var check = false

  @OptionGroup(title: "Preparing images") var preparation: PreprocessingOptions
  @OptionGroup(title: "Output") var result: ResultOptions
  @OptionGroup(title: "Animation") var animation: AnimationOptions

  func validate() throws {
    try result.validateOutputs()
    try requireNothingBesideRecipe()
    guard comparison.isAsked else { return }
    try Usage.check {
      guard try !result.outputs().contains(where: { $0.form == .numpy }) else { throw Self.noNumbers }
    }
    guard !result.keepChannels else {
      throw ValidationError(
        "--keep-channels draws one attribution; leave out --compare and --compare-targets")
    }
    guard comparison.compare == nil || question.methodOptions.method == "gradient" else {
      throw ValidationError("--compare names the methods itself; leave out --method")
    }
    guard comparison.compareTargets == nil || question.subject.target == nil && question.subject.loss.isEmpty
    else {
      throw ValidationError("--compare-targets says itself what is explained; leave out --target and --loss")
    }
  }

  private static let noBoxes = "and none is asked about; ask for one with --target, as in box:0"

  private static let noNumbers = ValidationError(
    "a comparison is an image or a report; for numbers in a .npy file ask one question at a time")

  /// A recipe says all of the question.
  private func requireNothingBesideRecipe() throws {
    guard from != nil else { return }
    let asked = try question.question()
    let isPlain =
      question.subject.target == nil && question.similarity == .cosine && asked.losses.isEmpty
      && asked.layer == nil && asked.side == .score
      && asked.withRespectTo == nil && asked.detection == DetectionSettings()
      && question.methodOptions.method == "gradient"
      && question.methodOptions.gradientModifier == nil
    guard isPlain, !comparison.isAsked, try preparation.settings() == PreprocessingSettings(),
      result.drawing == Recipe.Drawing(), text.perToken == nil, text.hiddenToken == nil,
      common.ports.input == nil, common.ports.outputName == nil
    else {
      throw ValidationError(
        "--from says itself what is asked and how it is drawn; beside it there can be --output, --labels, --given, --tokens, "
          + "--similar-to, --check, --json, --quiet, --precision, --threads, --memory-limit and --animation")
    }
  }

  /// What is asked of each input, as the options say it or a recipe.
  struct Request {
    var question: Question
    /// The methods that are compared, in place of the question's.
    var methods: [Saliency.Method]?
    /// The targets that are compared, in place of the question's.
    var targets: Target?
    var recipe: Recipe?

    var isComparison: Bool { methods != nil || targets != nil }
  }

  private func request() throws -> Request {
    guard let from else {
      var asked = try question.question(preparation.settings())
      let methods = try comparison.methods().map(text.hiding)
      if methods == nil { asked.method = try text.hiding(asked.method) }
      return Request(question: asked, methods: methods, targets: try comparison.targets())
    }
    let recipe = try Recipe(contentsOf: from)
    switch (recipe.similarTo, question.similarTo) {
    case (let other?, nil):
      throw Failure(
        "\(from): it was compared with '\(other.file.name.printable())'; give that with --similar-to",
        exitCode: Failure.usage)
    case (nil, _?):
      throw Failure(
        "\(from): it was compared with no other input; leave out --similar-to", exitCode: Failure.usage)
    default: break
    }
    do {
      return Request(
        question: recipe.question, methods: try recipe.compare?.map { try Saliency.Method(parsing: $0) },
        targets: try recipe.compareTargets.map { try Target(parsing: $0) }, recipe: recipe)
    } catch {
      throw Failure(error, input: from)
    }
  }

  func run() async throws {
    do {
      var request = try request()
      let outputs = try result.outputs(
        defaultName: request.isComparison ? "comparison" : request.question.method.name)
      guard !request.isComparison || !outputs.contains(where: { $0.form == .numpy }) else {
        throw Failure(Self.noNumbers.message, exitCode: Failure.usage)
      }
      let inputs = try common.foundInputs()
      try OutputPlan.check(
        outputs, inputs: inputs.files,
        sources: common.sources(inputs) + [from, question.similarTo].compactMap { $0 }
          + inputs.files.compactMap(text.file),
        summary: animation.output())
      let session = try ExplanationSession(common, request.question, result, text, recipe: request.recipe)
      if !session.together.isEmpty { try requireJoint(outputs, isComparison: request.isComparison) }
      request.question = try await session.compare(question)
      session.notices.tell(
        layer: question.subject.layer, methods: comparison.names ?? [question.methodOptions.method])
      let writer = try ResultWriter(result, outputs: outputs, drawing: session.drawing)
      let frames = try AnimationWriter(animation)
      let asked = request
      let loop = try await InputLoop(inputs, model: common.model, isQuiet: result.isQuiet) { input, bar in
        if let recipe = asked.recipe, let from {
          try session.tellDifferences(from: recipe, read: from, input: input)
        }
        if !session.together.isEmpty {
          return Answer.joint(try await answerTogether(input, asked, session, outputs, bar))
        }
        return try await answer(
          asked, input, session, writer, frames, bar, isOneOfSeveral: inputs.areSeveral)
      }
      try frames?.write(isQuiet: result.json || result.isQuiet)
      if result.json { try loop.printJSON() }
      try loop.requireSuccess()
    } catch {
      throw Failure(error, model: common.model)
    }
  }

  /// The report of an input, whose result is written.
  private func answer(
    _ request: Request, _ input: InputFile, _ session: ExplanationSession, _ writer: ResultWriter,
    _ frames: AnimationWriter?, _ bar: SamplingBar, isOneOfSeveral: Bool
  ) async throws -> Answer {
    var watch = session.opening
    let loaded = try watch.measure("prepare") { try session.load(input) }
    guard request.isComparison else {
      let explainer = try await watch.measure("compile") {
        try await session.explainer(for: loaded.tensor.shape)
      }
      try question.detection.requireBoxes(explainer.detector, advice: Self.noBoxes)
      let attribution = try await watch.measure("run") {
        try text.naming(
          await bar.watching(explainer.provenance.method) {
            try await explainer.attribution(
              of: loaded, target: request.target(for: loaded),
              labels: session.labels, progress: $0)
          }, of: input)
      }
      try await session.warnOfImages(of: attribution, input: input, isDrawn: writer.drawsImages)
      try frames?.add(attribution, title: input.name, writer.drawing)
      let checks =
        check ? try await watch.measure("check") { try await session.checks(of: attribution) } : nil
      return .explanation(
        try writer.write(
          Explanation(
            input: input, loaded: loaded, files: session.files(of: input), attribution: attribution,
            target: request.requestedTarget, checks: checks, tokenMeasure: session.tokenMeasure), &watch))
    }
    let methods = request.methods ?? [request.question.method]
    var rows: [[Attribution]] = []
    for method in methods.enumerated() {
      let explainer = try await watch.measure("compile") {
        try await session.explainer(for: loaded.tensor.shape, method: (method.offset, method.element))
      }
      if request.targets?.isOfBoxes != true {
        try question.detection.requireBoxes(explainer.detector, advice: Self.noBoxes)
      }
      try await watch.measure("run") {
        rows.append(
          try await bar.watching(explainer.provenance.method) {
            if let targets = request.targets {
              return try await explainer.attributions(
                of: loaded, eachOf: targets, labels: session.labels,
                progress: $0)
            }
            return [
              try await explainer.attribution(
                of: loaded, target: request.target(for: loaded),
                labels: session.labels, progress: $0)
            ]
          })
      }
    }
    rows = try rows.map { try $0.map { try text.naming($0, of: input) } }
    for (position, attribution) in rows.enumerated().flatMap({ row in row.element.map { (row.offset, $0) } })
    {
      try await session.warnOfImages(
        of: attribution, input: input, isDrawn: writer.drawsImages, method: (position, methods[position]))
      let parts = [
        isOneOfSeveral ? input.name : nil, request.targets == nil ? nil : attribution.subject(),
        methods.count > 1 || request.targets == nil ? attribution.provenance.methodSpecification : nil,
      ]
      try frames?.add(attribution, title: parts.compactMap(\.self).joined(separator: " · "), writer.drawing)
    }
    let checks =
      check ? try await watch.measure("check") { try await session.checks(of: rows, methods) } : nil
    return .comparison(
      try writer.write(
        Comparison(
          input: input, loaded: loaded, rows: rows, target: request.requestedTarget,
          files: session.files(of: input), methods: request.methods?.map(\.fullSpecification),
          targets: request.targets, checks: checks, tokenMeasure: session.tokenMeasure), &watch))
  }

  /// What is told of one input.
  private enum Answer: Report {
    case explanation(ExplainReport)
    case comparison(ComparisonReport)
    case joint(JointReport)

    init(from decoder: any Decoder) throws {
      if let report = try? ComparisonReport(from: decoder) {
        self = .comparison(report)
      } else if let report = try? JointReport(from: decoder) {
        self = .joint(report)
      } else {
        self = .explanation(try ExplainReport(from: decoder))
      }
    }

    func encode(to encoder: any Encoder) throws {
      switch self {
      case .explanation(let report): try report.encode(to: encoder)
      case .comparison(let report): try report.encode(to: encoder)
      case .joint(let report): try report.encode(to: encoder)
      }
    }
  }
}

extension ExplainCommand.Request {
  /// The target with the masks that it names, prepared as the input is; nil where the question has none.
  func target(for input: PreparedInput) throws -> Target? {
    try question.target?.readingMasks(of: input)
  }

  /// The target as it was asked for; nil where losses are explained.
  var requestedTarget: String? {
    question.losses.isEmpty ? (targets ?? question.target ?? .top).description : nil
  }
}
