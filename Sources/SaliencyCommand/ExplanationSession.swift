import Saliency
import SaliencyCore
import SaliencyImage

/// A model that is asked about one input after another.
final class ExplanationSession {
  let model: Model
  let labels: Labels?
  /// The time that opening took.
  let opening: Stopwatch
  private let question: QuestionOptions
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
    _ common: ModelOptions, _ question: QuestionOptions, _ preparation: PreprocessingOptions,
    _ result: ResultOptions
  ) throws {
    self.question = question
    notices = Notices(isQuiet: result.isQuiet)
    let settings = try preparation.settings()
    labels = try common.loadLabels()
    var opening = Stopwatch()
    model = try opening.measure("open") { try common.openModel() }
    self.opening = opening
    reader = InputReader(
      model: model, settings: settings, notices: notices, keepsSize: result.sizeOf == .original)
    executor = try common.executor()
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
    notices.tell(labels, classCount: explainer.classCount)
    if explainers.count == Self.explainerLimit { explainers.removeAll() }
    explainers[key] = explainer
    return explainer
  }

  /// The checks of an attribution by the question's method, or by another.
  func checks(
    of attribution: Attribution, method: Saliency.Method? = nil
  ) async throws -> [AttributionCheck] {
    try await question.checker(
      for: model, method: method, inputShape: attribution.input.shape, executor: executor
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

  /// The question compiled anew; where memory is short, the explainers that are kept are given up for it.
  private func compiled(_ shape: Shape, _ method: Saliency.Method?) async throws -> Explainer {
    do {
      return try await question.explainer(
        for: model, method: method, inputShape: shape, executor: executor)
    } catch let error as GraphError where error.code == .outOfMemory && !explainers.isEmpty {
      explainers.removeAll()
      return try await question.explainer(
        for: model, method: method, inputShape: shape, executor: executor)
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
