import Saliency
import SaliencyCore
import SaliencyImage

/// A model that is asked about one input after another.
final class ExplanationSession {
  let model: Model
  let labels: Labels?
  /// The time that opening took.
  let opening: Stopwatch
  private var question: Question
  private let areLabelsRecorded: Bool
  private let given: [String: Recipe.File]
  private let drawing: Recipe.Drawing
  private let reader: InputReader
  private let executor: Executor
  /// The explainers of the last few shapes of inputs and methods; each holds weights of its own.
  private var explainers: [Key: Explainer] = [:]
  private static let explainerLimit = 8
  let notices: Notices
  private var hasToldOfBatch = false

  private struct Key: Hashable {
    let shape: Shape
    /// The position among the methods that are compared.
    let method: Int
  }

  init(
    _ common: ModelOptions, _ question: Question, _ result: ResultOptions, recipe: Recipe? = nil
  ) throws {
    self.question = question
    drawing = recipe?.drawing ?? result.drawing
    notices = Notices(isQuiet: result.isQuiet)
    let labels = try common.loadLabels()
    self.labels = labels ?? recipe?.labels
    areLabelsRecorded = labels == nil
    given = try common.ports.givenFiles()
    var opening = Stopwatch()
    model = try opening.measure("open") { try question.selecting(in: common.openModel()) }
    self.opening = opening
    notices.tellAssumptions(of: model)
    reader = InputReader(
      model: model, settings: question.preparation, notices: notices,
      keepsSize: drawing.sizeOf == PictureSize.original.rawValue)
    executor = try common.executor(recipe?.computation.precision)
  }

  /// Asks how alike the output is to that for another input, where the options say so.
  func compare(_ options: QuestionOptions) async throws -> Question {
    question = try await options.comparing(question, reader, executor)
    return question
  }

  /// The tensor of an input; guesses about its preparation are told once.
  func load(_ input: InputFile) throws -> PreparedInput { try reader.load(input) }

  /// The question compiled for a shape of inputs, with another method than the question's, one of a list, where that is given.
  func explainer(
    for shape: Shape, method: (position: Int, method: Saliency.Method)? = nil
  ) async throws -> Explainer {
    let key = Key(shape: shape, method: method?.position ?? -1)
    if let explainer = explainers[key] { return explainer }
    let explainer = try await compiled(shape, method?.method)
    // The names in a recipe are those of the explained units alone.
    if !areLabelsRecorded { notices.tell(labels, classCount: explainer.classCount) }
    if explainers.count == Self.explainerLimit { explainers.removeAll() }
    explainers[key] = explainer
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

  /// The question compiled anew; where memory is short, the explainers that are kept are given up for it.
  private func compiled(_ shape: Shape, _ method: Saliency.Method?) async throws -> Explainer {
    let question = asked(by: method)
    do {
      return try await Explainer(model, question, inputShape: shape, executor: executor)
    } catch let error as GraphError where error.code == .outOfMemory && !explainers.isEmpty {
      explainers.removeAll()
      return try await Explainer(model, question, inputShape: shape, executor: executor)
    }
  }

  /// The files that the result of an input depends on, and how it is drawn; nil where the question cannot be written down, so that
  /// nothing makes the result again.
  func files(of input: InputFile) throws -> ResultFiles? {
    guard question.isWritable else { return nil }
    return ResultFiles(
      input: input.isStandard ? nil : try Recipe.File(contentsOf: input.path), given: given, drawing: drawing)
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

  /// Tells what pictures of an attribution do not show: all but the first item of a batch, or anything at all.
  func warnOfPictures(of attribution: Attribution, input: InputFile, isDrawn: Bool) {
    if isDrawn, attribution.units.count > 1, !hasToldOfBatch {
      hasToldOfBatch = true
      notices.tell(
        "note: \(input.title): pictures show the first of its \(attribution.units.count) items; .npy and .json have all"
      )
    }
    let provenance = attribution.provenance
    if isDrawn, attribution.hasNothingToShow(item: 0) {
      StandardError.print(
        "warning: \(input.title): the attribution has nothing above zero after modifier '\(provenance.modifier)', and its picture "
          + "shows nothing; 'none' shows both signs")
    }
    let items = attribution.units.indices.filter { attribution.isZero(item: $0) }
    guard !items.isEmpty else { return }
    let which =
      attribution.units.count > 1 ? "of item \(items.map(String.init).joined(separator: ", ")) " : ""
    StandardError.print(
      "warning: \(input.title): the attribution \(which)is zero everywhere: nothing in "
        + (provenance.withRespectTo.map { "layer '\($0)'" } ?? "the input")
        + " changes \(attribution.subject(item: items[0])) by method '\(provenance.method)' and modifier '\(provenance.modifier)'"
    )
  }
}

extension Recipe.Computation {
  fileprivate var text: String { "\(instructions.printable()) instructions and oneDNN \(oneDNN.printable())" }
}
