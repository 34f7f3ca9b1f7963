import ArgumentParser
import Saliency

struct FiltersCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "filters",
    abstract: "Draws which parts of each input drive the filters of a layer, as a contact sheet.")

  @OptionGroup var common: ModelOptions

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The layer: its name, or its index as 'inspect' lists it; -1 is the last.", valueName: "name|index"),
    completion: .layer)
  var layer: String

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The filters: indices joined by commas, or top:K for those that are most active on average, without any whose mean is not above zero. Default: top:16.",
      valueName: "filters"))
  var filters: String?

  @Option(help: "How many stand in a row (default: as many as look good).")
  var columns: Int?

  @OptionGroup var methodOptions: MethodOptions

  @OptionGroup(title: "Preparing images") var preparation: PreprocessingOptions
  @OptionGroup(title: "Output") var result: ResultOptions

  /// A sheet holds up to this many filters.
  private static let limit = 256

  func validate() throws {
    try result.validateOutputs()
    try Usage.check {
      if let filters { _ = try Target(parsing: filters) }
      guard try !result.outputs().contains(where: { $0.form == .numpy }) else {
        throw ValidationError(
          "a contact sheet is an image or a report; for numbers use 'explain' with --layer")
      }
    }
    guard columns.map({ 1...Self.limit ~= $0 }) ?? true else {
      throw ValidationError("--columns has to lie between 1 and \(Self.limit)")
    }
    guard !result.keepChannels else { throw ValidationError("--keep-channels has no meaning for filters") }
  }

  func run() async throws {
    do {
      try await draw()
    } catch {
      throw Failure(error, model: common.model)
    }
  }

  private func draw() async throws {
    let outputs = try result.outputs(defaultName: "filters")
    let inputs = try common.foundInputs()
    try OutputPlan.check(outputs, inputs: inputs.files, sources: common.sources(inputs))
    var question = Question(
      layer: .name(layer), method: try methodOptions.parsed(),
      modifier: methodOptions.gradientModifier ?? .default)
    question.preparation = try preparation.settings()
    let session = try ExplanationSession(common, question, result)
    let writer = try ResultWriter(result, outputs: outputs)
    let loop = try await InputLoop(inputs, model: common.model, isQuiet: result.isQuiet) { input, bar in
      var watch = session.opening
      let loaded = try watch.measure("prepare") { try session.load(input) }
      let explainer = try await watch.measure("compile") {
        try await session.explainer(for: loaded.tensor.shape)
      }
      let target = try self.target(of: explainer)
      let found = try await watch.measure("run") {
        try await bar.watching(explainer.provenance.method) {
          try await explainer.attributions(
            of: loaded, eachOf: target, labels: session.labels,
            progress: $0)
        }
      }
      let attributions = active(found, input: input, session.notices)
      for attribution in attributions {
        try await session.warnOfImages(of: attribution, input: input, isDrawn: writer.drawsImages)
      }
      return try writer.write(
        FilterSheet(input: input, loaded: loaded, attributions: attributions, columns: columns), &watch)
    }
    if result.json { try loop.printJSON() }
    try loop.requireSuccess()
  }

  /// Of the strongest filters those that are active, with a mean above zero; all of them where none is, or where they were named.
  private func active(
    _ attributions: [Attribution], input: InputFile, _ notices: Notices
  ) -> [Attribution] {
    guard filters.map({ $0 == "top" || $0.hasPrefix("top:") }) ?? true else { return attributions }
    let active = attributions.filter { ($0.units.first?.first?.score ?? 0) > 0 }
    guard active.count < attributions.count else { return attributions }
    let layer = attributions[0].provenance.layer
    guard !active.isEmpty else {
      notices.tell(
        "warning: \(input.title): no filter of layer '\(layer)' has a mean activation above zero; those nearest to it are shown"
      )
      return attributions
    }
    notices.tell(
      "note: \(input.title): \(active.count) of the \(attributions.count) strongest filters of layer '\(layer)' have a mean activation above "
        + "zero; the others are left out")
    return active
  }

  private func target(of explainer: Explainer) throws -> Target {
    guard let filters else { return .top(min(16, explainer.unitCount)) }
    let target = try Target(parsing: filters)
    let count = try target.units(scores: Array(repeating: 0, count: explainer.unitCount), labels: nil).count
    guard count <= Self.limit else {
      throw Failure(
        "\(count) filters are too many for a sheet; it holds up to \(Self.limit)", exitCode: Failure.usage)
    }
    return target
  }
}

/// The filters of a layer, each with the map of what drives it.
private struct FilterSheet: WritableResult {
  let input: InputFile
  let loaded: PreparedInput
  let attributions: [Attribution]
  let columns: Int?

  var report: ComparisonReport {
    ComparisonReport(
      [attributions.map { ExplainReport($0, input: input.path, prepared: loaded) }], input: input.path)
  }

  var numbers: Tensor? { nil }
  var recipe: Recipe? { nil }
  var title: String { "filters of \(attributions.first?.provenance.layer ?? "") for \(input.title)" }

  func image(_ drawing: ResultWriter.Drawing) throws -> any WritableImage {
    try drawing.sized(
      Figure(
        sheet: attributions, columns: columns, style: drawing.style, showsImage: drawing.kind != .heatmap)
    )
  }

  func text(_ report: ComparisonReport, stages: String) -> String {
    var lines = ["input      \(input.title) (\(loaded.tensor.shape.text))"]
    if let preprocessing = report.explanations.first?.first?.preprocessing {
      lines.append("prepared   \(preprocessing.text)")
    }
    let units = attributions.compactMap { $0.units.first?.first }
    lines.append("layer      \(attributions[0].provenance.layer)")
    lines.append(
      "filters    "
        + units.map { ($0.name ?? "\($0.index)") + " (\($0.score.text))" }.joined(separator: ", "))
    for output in report.outputs { lines.append("wrote      \(output.path)") }
    lines.append("time       \(stages)")
    return lines.joined(separator: "\n")
  }
}
