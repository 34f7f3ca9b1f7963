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
    if result.json, try result.outputs().contains(where: { $0.path == nil }) {
      throw ValidationError("--json and an output of - would both go to standard output; choose one")
    }
  }

  func run() async throws {
    do {
      try await explain()
    } catch let error as ValidationError {
      throw error
    } catch {
      throw Failure(error)
    }
  }

  private func explain() async throws {
    let inputs = common.inputs.map(InputFile.init)
    let outputs = try result.outputs(method: question.method)
    try OutputPlan.check(outputs, inputs: inputs)
    let style = try result.renderingStyle()
    let target = try Target(parsing: question.target)
    let labels = try common.loadLabels()
    var opening = Stopwatch()
    let model = try opening.measure("open") { try Model(contentsOf: common.model) }
    let settings = try preparation.settings()
    let executor = try Executor(threadCount: common.threads)
    let explainers = ExplainerCache(model, question, executor)
    var reports: [ExplainReport] = []
    var warned = false
    let openingStages = opening

    try await InputLoop.run(inputs) { input in
      var watch = openingStages
      let loaded = try watch.measure("prepare") {
        try input.load(for: model) { try model.preprocessing(overrides: settings, origin: "command line") }
      }
      if loaded.preprocessing?.isGuessed == true, !warned {
        warned = true
        StandardError.print(
          "warning: \(common.model) does not say how pictures become its input; ImageNet's mean and deviation are guessed. "
            + "Give --mean, --std and --scale, or a file \(common.model).saliency.json")
      }
      let explainer = try await watch.measure("compile") {
        try await explainers.explainer(for: loaded.tensor.shape)
      }
      let attribution = try await watch.measure("run") {
        try await explainer.attribution(
          of: loaded.tensor, photograph: loaded.photograph, target: target, labels: labels)
      }
      let explanation = Explanation(
        input: input, loaded: loaded, attribution: attribution, target: question.target)
      let rendering = try watch.measure("draw") {
        try outputs.filter { $0.form != .json }.map { ($0, try explanation.bytes(for: $0, style: style)) }
      }
      var report = explanation.report
      report.outputs = outputs.map {
        OutputReport(path: $0.path(forInputNamed: input.name) ?? "-", form: $0.formName)
      }
      report.timingsMilliseconds = watch.byName
      for (output, bytes) in rendering { try output.write(bytes, inputName: input.name) }
      for output in outputs where output.form == .json {
        try output.write(Array((try JSON.text(report) + "\n").utf8), inputName: input.name)
      }
      if result.json {
        reports.append(report)
      } else {
        let text = explanation.text(report, stages: watch.text)
        if outputs.contains(where: { $0.path == nil }) {
          StandardError.print(text)
        } else {
          try StandardOutput.print(text)
        }
      }
    }
    if result.json {
      try StandardOutput.print(
        reports.count == 1 ? JSON.text(reports[0]) : JSON.text(ReportList(results: reports)))
    }
  }
}

/// One explainer for each shape of inputs.
private final class ExplainerCache {
  private let model: Model
  private let question: QuestionOptions
  private let executor: Executor
  private var known: [Shape: Explainer] = [:]

  init(_ model: Model, _ question: QuestionOptions, _ executor: Executor) {
    self.model = model
    self.question = question
    self.executor = executor
  }

  func explainer(for shape: Shape) async throws -> Explainer {
    if let explainer = known[shape] { return explainer }
    let explainer = try await Explainer(
      model, method: question.method, modifier: question.gradientModifier, layer: question.layer,
      side: question.on,
      inputShape: shape, executor: executor)
    known[shape] = explainer
    return explainer
  }
}
