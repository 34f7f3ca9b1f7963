import ArgumentParser
import Saliency

struct EvaluateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Measures how good explanations are, by several methods on the same inputs.",
    discussion: """
      Prints one table of means over the inputs, a row a method and a column a metric; an arrow says which numbers are better. \
      'saliency metrics' lists the metrics and their options.
      """)

  @OptionGroup var common: ModelOptions

  @Option(
    name: .customLong("method"), parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      "A method, as NAME or NAME:OPTION=VALUE:…; repeatable. 'saliency methods' lists them. Default: gradient.",
      valueName: "method"), completion: .method)
  var methods: [String] = []

  @Option(
    name: .customLong("metric"), parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      "A metric, as NAME or NAME:OPTION=VALUE:…; repeatable. 'saliency metrics' lists them. Default: all that the inputs have what is needed for.",
      valueName: "metric"), completion: .metric)
  var metrics: [String] = []

  @Option(
    help: ArgumentHelp(
      "What is to be explained in each input, white or not 0: an image of the input's size or of the network's, or a .npy tensor. {name} stands for the input's name.",
      valueName: "file"))
  var mask: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "What to explain: an index, a class name (with --labels), top, top:K, or several joined by commas.",
      valueName: "target"), completion: .target)
  var target = "top"

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Explain units of this layer instead of the network's output: its name, or its index as 'inspect' lists it.",
      valueName: "name|index"), completion: .layer)
  var layer: String?

  @Option(help: "Which side of a final softmax or sigmoid is explained.")
  var on = OutputSide.score

  @Option(help: "Where the random numbers of all methods and metrics start that do not say so themselves.")
  var seed: Int = 0

  @OptionGroup var detection: DetectorOptions
  @OptionGroup(title: "Preparing images") var preparation: PreprocessingOptions
  @OptionGroup(title: "Output") var result: EvaluationOutputOptions

  func validate() throws {
    guard seed >= 0 else { throw ValidationError("--seed has to be 0 or more") }
    try Usage.check {
      _ = try Target(parsing: target)
      _ = try parsedMethods()
      _ = try parsedMetrics()
    }
  }

  /// What is typed for the methods, each once, with the method that it means.
  func parsedMethods() throws -> [(name: String, method: Saliency.Method)] {
    let named = (methods.isEmpty ? ["gradient"] : methods).map {
      CatalogSpecification($0, in: Saliency.Method.catalog)
    }
    if let twice = named.repeated { throw ValidationError("--method names '\(twice.text)' twice") }
    return try named.map { ($0.text, try Saliency.Method(parsing: $0.seeded(seed).text)) }
  }

  func parsedMetrics() throws -> [any ExplanationMetric] {
    let names = metrics.isEmpty ? MetricEntry.catalog.map(\.name) : metrics
    let parsed = try names.map {
      try MetricEntry.metric(parsing: CatalogSpecification($0, in: MetricEntry.catalog).seeded(seed).text)
    }
    if let twice = parsed.first(where: { metric in parsed.count { $0.name == metric.name } > 1 }) {
      throw ValidationError("--metric names '\(twice.name)' twice")
    }
    return parsed
  }

  func run() async throws {
    do {
      let outputs = try result.outputs()
      let inputs = try common.foundInputs()
      let masks = masks(of: inputs)
      try OutputPlan.check(
        files: outputs.compactMap(\.path), sources: common.sources(inputs) + masks.map(\.value))
      try await evaluate(inputs, masks, outputs)
    } catch {
      throw Failure(error, model: common.model)
    }
  }

  /// The mask of each input that has one.
  private func masks(of inputs: Inputs) -> [InputFile: String] {
    guard let mask else { return [:] }
    return Dictionary(
      inputs.files.map { ($0, mask.replacing("{name}", with: $0.name)) }, uniquingKeysWith: { $1 })
  }

  private func evaluate(
    _ inputs: Inputs, _ masks: [InputFile: String], _ outputs: [EvaluationOutput]
  ) async throws {
    let labels = try common.loadLabels()
    let model = try common.openModel()
    let executor = try common.executor()
    let target = try Target(parsing: target)
    let (methods, metrics) = (try parsedMethods(), try parsedMetrics())
    let notices = Notices(isQuiet: result.isQuiet)
    notices.tell(layer: layer, methods: self.methods)
    let loader = EvaluationLoader(
      reader: InputReader(model: model, settings: try preparation.settings(), notices: notices),
      masks: masks, layer: layer.map { .name($0) }, isGiven: !self.metrics.isEmpty)
    let items = try loader.items(of: inputs.files)
    let asked = try loader.usable(metrics, for: items)
    var rows: [EvaluationSummary.Row] = []
    for (index, entry) in methods.enumerated() {
      var known: Evaluator?
      for (position, item) in items.enumerated() {
        let showsProgress = !result.isQuiet && StandardError.isTerminal
        if showsProgress {
          ProgressBar.draw(
            done: index * items.count + position, of: methods.count * items.count,
            name: "\(entry.name), \(item.file.name)")
        }
        defer { if showsProgress { ProgressBar.clear() } }
        let shape = item.tensor.shape
        if known?.inputShape != shape {
          known = nil
          var question = Question(layer: layer.map { .name($0) }, side: on, method: entry.method)
          (question.target, question.detection) = (target, detection.settings())
          known = try await Evaluator(model, question, inputShape: shape, executor: executor)
          try known!.check(labels)
        }
        do {
          let evaluation = try await known!.evaluation(
            of: item.tensor, mask: item.mask, target: target, labels: labels, metrics: asked)
          rows.append(.init(item: item, method: entry.name, evaluation: evaluation))
        } catch {
          throw Failure(error, input: item.file.title, model: common.model)
        }
      }
    }
    try EvaluationSummary(
      model: model, target: target.description, seed: seed, methods: methods.map(\.name), metrics: asked,
      itemCount: items.count, rows: rows
    ).write(to: outputs, isJSON: result.json, isQuiet: result.isQuiet)
  }
}
