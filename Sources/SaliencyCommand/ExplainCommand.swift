import ArgumentParser
import Saliency
import SaliencyCore
import SaliencyImage

struct ExplainCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain", abstract: "Draws which parts of each input an output of the network depends on.")

  @OptionGroup var common: ModelOptions
  @OptionGroup(title: "Question") var question: QuestionOptions
  @OptionGroup(title: "Preparing pictures") var preparation: PreprocessingOptions
  @OptionGroup(title: "Output") var result: ResultOptions

  func validate() throws {
    try Usage.check {
      _ = try Target(parsing: question.target)
      _ = try result.renderingStyle()
      let outputs = try result.outputs()
      guard outputs.count(where: { $0.path == nil }) + (result.json ? 1 : 0) <= 1 else {
        throw ValidationError("standard output takes one result; choose one of --json and outputs of -")
      }
    }
  }

  func run() async throws {
    do {
      try await explain()
    } catch {
      throw Failure(error, model: common.model)
    }
  }

  private func explain() async throws {
    let inputs = common.inputs.map(InputFile.init)
    let outputs = try result.outputs(method: question.method)
    try OutputPlan.check(
      outputs, inputs: inputs, sources: common.inputs + [common.model] + (common.labels.map { [$0] } ?? []))
    let explanations = try Explanations(self, outputs: outputs)
    let loop = try await InputLoop(inputs, model: common.model) { try await explanations.report(on: $0) }
    if result.json { try loop.printJSON() }
    try loop.requireSuccess()
  }
}

/// Explains one input after another, and writes what is asked for.
private final class Explanations {
  private let command: ExplainCommand
  private let outputs: [Output]
  private let style: ResultOptions.Style
  private let target: Target
  private let labels: Labels?
  private let settings: PreprocessingSettings
  private let model: Model
  private let executor: Executor
  private let opening: Stopwatch
  /// The explainers of the last few shapes of inputs; each holds weights of its own.
  private var explainers: [Shape: Explainer] = [:]
  private var hasWarned = false

  init(_ command: ExplainCommand, outputs: [Output]) throws {
    self.command = command
    self.outputs = outputs
    style = try command.result.renderingStyle()
    target = try Target(parsing: command.question.target)
    settings = try command.preparation.settings()
    labels = try command.common.loadLabels()
    var opening = Stopwatch()
    model = try opening.measure("open") { try command.common.openModel() }
    self.opening = opening
    executor = try Executor(threadCount: command.common.threads)
  }

  func report(on input: InputFile) async throws -> ExplainReport {
    var watch = opening
    let loaded = try watch.measure("prepare") {
      try input.load(for: model) { try model.preprocessing(overrides: settings, origin: "command line") }
    }
    warnOfGuesses(loaded.preprocessing)
    let explainer = try await watch.measure("compile") { try await compiled(for: loaded.tensor.shape) }
    let attribution = try await watch.measure("run") {
      try await explainer.attribution(
        of: loaded.tensor, photograph: loaded.photograph, target: target, labels: labels)
    }
    return try written(
      Explanation(input: input, loaded: loaded, attribution: attribution, target: command.question.target),
      &watch)
  }

  /// Draws and writes an explanation, and returns its report.
  private func written(_ explanation: Explanation, _ watch: inout Stopwatch) throws -> ExplainReport {
    let name = explanation.input.name
    let rendering = try watch.measure("draw") {
      try outputs.filter { $0.form != .json }.map { ($0, try explanation.bytes(for: $0, style: style)) }
    }
    var report = explanation.report
    report.outputs = outputs.map {
      OutputReport(path: $0.path(forInputNamed: name) ?? "-", form: $0.formName)
    }
    report.timingsMilliseconds = watch.byName
    for (output, bytes) in rendering { try output.write(bytes, inputName: name) }
    for output in outputs where output.form == .json {
      try output.write(Array((try JSON.text(report) + "\n").utf8), inputName: name)
    }
    if !command.result.json { try print(explanation.text(report, stages: watch.text)) }
    return report
  }

  private func compiled(for shape: Shape) async throws -> Explainer {
    if let explainer = explainers[shape] { return explainer }
    let question = command.question
    let explainer = try await Explainer(
      model, method: question.method, modifier: question.gradientModifier,
      layer: question.layer.map { .name($0) },
      side: question.on, inputShape: shape, executor: executor)
    if explainers.count == 4 { explainers.removeAll() }
    explainers[shape] = explainer
    return explainer
  }

  private func warnOfGuesses(_ preprocessing: Preprocessing?) {
    guard preprocessing?.isGuessed == true, !hasWarned else { return }
    hasWarned = true
    StandardError.print(
      "warning: \(model.path): nothing says how pictures become its input, so they are scaled as is usual; give --mean, "
        + "--std and --scale, or a file \(model.path).saliency.json")
  }

  /// Prints what was done, beside results that go to standard output.
  private func print(_ text: String) throws {
    if outputs.contains(where: { $0.path == nil }) {
      StandardError.print(text)
    } else {
      try StandardOutput.print(text)
    }
  }
}
