import Saliency

/// A model that is asked about one input after another.
final class ExplanationSession {
  let model: Model
  let labels: Labels?
  /// The time that opening took.
  let opening: Stopwatch
  private var question: Question
  private let areLabelsRecorded: Bool
  private let given: [String: Recipe.File]
  /// How results are drawn.
  let drawing: Recipe.Drawing
  private let reader: InputReader
  private let executor: Executor
  private let explainers: ExplainerCache
  /// That of the last shapes of several inputs together.
  private var joint: (shapes: [String: Shape], explainer: Explainer)?
  let notices: Notices
  private var hasToldOfBatch = false
  private let recipe: Recipe?
  private let text: TextOptions?
  private var similarTo: Recipe.SimilarInput?
  private var comparedLayer: LayerReference?
  /// The inputs that are explained together; empty where one is.
  let together: [String]
  private let ports: PortOptions

  init(
    _ common: ModelOptions, _ question: Question, _ result: ResultOptions, _ text: TextOptions? = nil,
    recipe: Recipe? = nil
  ) throws {
    (self.recipe, self.text) = (recipe, text)
    self.question = question
    var drawing = recipe?.drawing ?? result.drawing
    if recipe == nil, let measure = text?.perToken, measure != .sum { drawing.perToken = measure }
    self.drawing = drawing
    notices = Notices(isQuiet: result.isQuiet)
    let labels = try common.loadLabels()
    self.labels = labels ?? recipe?.labels
    areLabelsRecorded = labels == nil
    given = try common.ports.givenFiles()
    var opening = Stopwatch()
    var asked = question
    (model, together) = try opening.measure("open") {
      let recorded = recipe.flatMap { $0.question.inputs.count > 1 ? $0.question.inputs : nil }
      let (model, together) = try common.openTogether(recorded)
      if !together.isEmpty { asked.inputs = [] }
      return (try asked.selecting(in: model), together)
    }
    ports = common.ports
    if !together.isEmpty { self.question.inputs = together }
    self.opening = opening
    notices.tellAssumptions(of: model)
    reader = InputReader(
      model: model, settings: question.preparation, notices: notices,
      keepsSize: drawing.sizeOf == DrawnSize.original.rawValue)
    executor = try common.executor(recipe?.computation.precision)
    explainers = ExplainerCache(model, executor: executor)
  }

  /// Asks how alike the output is to that for another input, where the options say so.
  func compare(_ options: QuestionOptions) async throws -> Question {
    let similarity = recipe?.similarTo?.similarity ?? options.similarity
    if let path = options.similarTo, path != "-" {
      similarTo = Recipe.SimilarInput(try Recipe.File(contentsOf: path), similarity)
      comparedLayer = question.layer
    }
    question = try await options.comparing(question, by: similarity, reader, executor)
    return question
  }

  /// What reports tell of a token that has a row of numbers.
  var tokenMeasure: TokenMeasure { drawing.perToken ?? .sum }

  /// The tensor of an input; guesses about its preparation are told once.
  func load(_ input: InputFile) throws -> PreparedInput { try reader.load(input) }

  /// The tensors of inputs that are explained together, by name: the file is that of the first, and the options name those of the others.
  func loadTogether(_ input: InputFile) throws -> [String: (file: InputFile, prepared: PreparedInput)] {
    var loaded: [String: (file: InputFile, prepared: PreparedInput)] = [:]
    for (index, name) in together.enumerated() {
      guard let file = index == 0 ? input : ports.file(ofInput: name).map(InputFile.init) else {
        throw Failure(
          "input '\(name)' is explained together with '\(together[0])', and has no file; give it as --given \(name)=FILE",
          exitCode: Failure.usage)
      }
      let own = InputReader(
        model: try model.selecting(explained: name),
        settings: question.preparation, notices: notices, keepsSize: reader.keepsSize)
      loaded[name] = (file, try own.load(file))
    }
    return loaded
  }

  /// The question about several inputs together, compiled for their shapes.
  func explainer(forTogether shapes: [String: Shape]) async throws -> Explainer {
    if let explainer = joint, joint?.shapes == shapes { return explainer.explainer }
    let explainer = try await Explainer(model, question, inputShapes: shapes, executor: executor)
    if !areLabelsRecorded { try explainer.check(labels) }
    joint = (shapes, explainer)
    return explainer
  }

  /// The checks of attributions of several inputs together.
  func checks(of joint: JointAttribution) async throws -> [AttributionCheck] {
    let shapes = Dictionary(joint.attributions.map { ($0.provenance.input, $0.input.shape) }) { first, _ in
      first
    }
    return try await AttributionChecker(model, question, inputShapes: shapes, executor: executor)
      .checks(of: joint)
  }

  /// The question compiled for a shape of inputs, with another method than the question's, one of a list, where that is given.
  func explainer(
    for shape: Shape, method: (position: Int, method: Saliency.Method)? = nil
  ) async throws -> Explainer {
    let explainer = try await explainers.explainer(
      for: asked(by: method?.method), named: method.map { "method \($0.position)" } ?? "question",
      inputShape: shape)
    // The names in a recipe are those of the explained units alone.
    if !areLabelsRecorded { try explainer.check(labels) }
    notices.tell(explainer.provenance, of: model, text)
    return explainer
  }

  /// The checks of an attribution by the question's method, or by another.
  func checks(
    of attribution: Attribution, method: Saliency.Method? = nil
  ) async throws -> [AttributionCheck] {
    try await AttributionChecker(
      model, asked(by: method), inputShape: attribution.input.shape, executor: executor
    ).checks(of: attribution)
  }

  /// The checks of a row of attributions for each of several methods.
  func checks(
    of rows: [[Attribution]], _ methods: [Saliency.Method]
  ) async throws -> [[[AttributionCheck]]] {
    var checks: [[[AttributionCheck]]] = []
    for (method, row) in zip(methods, rows) {
      var checked: [[AttributionCheck]] = []
      for attribution in row { checked.append(try await self.checks(of: attribution, method: method)) }
      checks.append(checked)
    }
    return checks
  }

  private func asked(by method: Saliency.Method?) -> Question { method.map(question.asked) ?? question }

  /// The files that the result of an input depends on, and how it is drawn; nil where the question cannot be written down, so that
  /// nothing makes the result again.
  func files(of input: InputFile) throws -> ResultFiles? {
    guard question.isWritable || similarTo != nil else { return nil }
    return ResultFiles(
      input: input.isStandard ? nil : try Recipe.File(contentsOf: input.path), given: given, drawing: drawing,
      tokens: try text?.file(for: input).map { try Recipe.File(contentsOf: $0) }, similarTo: similarTo,
      comparedLayer: comparedLayer)
  }

  /// Says where the files are not those that a recipe is of, and what else makes the last digits differ.
  func tellDifferences(from recipe: Recipe, read path: String, input: InputFile) throws {
    guard let files = try files(of: input) else { return }
    func tell(_ what: String, _ file: String, _ now: Recipe.File?, _ then: Recipe.File?) {
      guard let then, let now, now.sha256 != then.sha256 else { return }
      notices.tell(
        "note: \(file) is not the \(what) that \(path) was made with, '\(then.name.printable())': their bytes differ"
      )
    }
    tell("model", model.path, Recipe.File(path: model.path, sha256: model.digest), recipe.model)
    tell("input", input.title, files.input, recipe.input)
    tell("file of tokens", text?.tokens ?? "", files.tokens, recipe.tokens)
    tell(
      "input to compare with", files.similarTo?.file.name ?? "", files.similarTo?.file, recipe.similarTo?.file
    )
    if let then = recipe.tokens, files.tokens == nil {
      notices.tell("note: \(path) was made with '\(then.name.printable())' for tokens; give it with --tokens")
    }
    for (name, then) in recipe.given.sorted(by: { $0.key < $1.key }) {
      if given[name] == nil {
        notices.tell(
          "note: \(path) was made with '\(then.name.printable())' for input '\(name.printable())'; give it with --given"
        )
      }
      tell("tensor for input '\(name.printable())'", given[name]?.name ?? "", given[name], then)
    }
    let here = Recipe.Computation(precision: recipe.computation.precision)
    if here != recipe.computation {
      notices.tell(
        "note: \(path) was computed by version \(recipe.computation.version.printable()) with \(recipe.computation.text); "
          + "here it is version \(here.version) with \(here.text), so that last digits may differ")
    }
  }

  /// Tells what images of an attribution do not show: all but the first item of a batch, or anything at all.
  ///
  /// - Parameter method: the method by which it was made, one of a list, where it is not the question's.
  func warnOfImages(
    of attribution: Attribution, input: InputFile, isDrawn: Bool,
    method: (position: Int, method: Saliency.Method)? = nil
  ) async throws {
    if isDrawn, attribution.units.count > 1, !hasToldOfBatch {
      hasToldOfBatch = true
      notices.tell(
        "note: \(input.title): images show the first of its \(attribution.units.count) items; .npy and .json have all"
      )
    }
    let provenance = attribution.provenance
    if isDrawn, attribution.hasNothingToShow(item: 0) {
      StandardError.print(
        "warning: \(input.title): the attribution has nothing above zero after modifier '\(provenance.modifier)', and its image "
          + "shows nothing; 'none' shows both signs")
    }
    let items = attribution.units.indices.filter { attribution.isZero(item: $0) }
    guard !items.isEmpty else { return }
    let which =
      attribution.units.count > 1 ? "of item \(items.map(String.init).joined(separator: ", ")) " : ""
    let explainer = try await explainer(for: attribution.input.shape, method: method)
    let reason = try await explainer.reasonForZero(of: attribution, item: items[0])
    StandardError.print(
      "warning: \(input.title): the attribution \(which)is zero everywhere"
        + (reason.map { ": \($0)" } ?? ""))
  }
}

extension Recipe.Computation {
  fileprivate var text: String { "\(instructions.printable()) instructions and oneDNN \(oneDNN.printable())" }
}
