public import ArgumentParser
public import Saliency

extension ExportOptions.Precision: @retroactive ExpressibleByArgument {}

struct ExportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract:
      "Writes the network together with its explanation as an ONNX model, which runs wherever ONNX does.",
    discussion: """
      The model takes the network's input, and an input 'target' (one index an item) unless --target says what is explained. It gives the \
      network's own outputs and the 'attribution'. It consists of ONNX's standard operators alone.
      """)

  @OptionGroup private var network: ModelArgument
  private var model: String { network.model }

  @Option(
    name: [.customShort("o"), .long],
    help: ArgumentHelp("The ONNX file that is written.", valueName: "file"),
    completion: .file(extensions: ["onnx"]))
  var output: String

  @OptionGroup(title: "Question") var question: QuestionOptions

  @Flag(
    help:
      "Add an output 'heatmap': the attribution reduced over channels and scaled to 0…1, as figures show it.")
  var heatmap = false

  @Flag(help: "Write the network alone, without an explanation: a Keras file becomes an ONNX file.")
  var networkOnly = false

  @Option(help: ArgumentHelp("The version of ONNX's operator set, 17 to 21.", valueName: "version"))
  var opset = 17

  @Option(help: "What the model computes with; its inputs and outputs stay in single precision.")
  var precision = ExportOptions.Precision.single

  @Flag(
    help:
      "Write gradients of convolutions without strides as convolutions with mirrored kernels, for which ONNX Runtime has faster code; the file is no larger."
  )
  var fast = false

  @Flag(help: "Fix the batch to that of the shape, even where the network leaves it open.")
  var fixedBatch = false

  @Option(help: ArgumentHelp("The shape of the input where the network leaves it open, such as 1x3x224x224."))
  var shape: String?

  @Option(
    help: ArgumentHelp(
      "Run the written model on this tensor (.npy) or image with the package's own engine, and compare its attribution with that of the network; fails where they differ (in half precision, tells by how much).",
      valueName: "input"), completion: .file(extensions: ["npy", "png", "jpg", "jpeg", "webp"]))
  var check: String?

  @OptionGroup var names: LabelOptions

  @Flag(help: "Print one JSON object on standard output.")
  var json = false

  @OptionGroup private var verbosity: QuietOptions

  @OptionGroup var machine: MachineOptions
  @OptionGroup var ports: PortOptions

  /// The relative L2 error that is allowed in single precision.
  private static let allowedError = 1e-3

  func validate() throws {
    try Usage.check { _ = try shape.map { try Shape(parsing: $0) } }
    guard !output.isEmpty else { throw ValidationError("--output has to name a file") }
    guard
      !networkOnly
        || !heatmap && check == nil && question.subject.target == nil && question.subject.loss.isEmpty
    else {
      throw ValidationError(
        "--network-only writes no explanation; leave out --heatmap, --check, --target and --loss")
    }
  }

  func run() async throws {
    do {
      try await export()
    } catch {
      throw Failure(error, model: model)
    }
  }

  private func export() async throws {
    try OutputPlan.check(files: [output], sources: [model] + [check, names.labels].compactMap(\.self))
    let model = try ports.open(self.model)
    let executor = try machine.executor()
    let inputFile = check.map(InputFile.init)
    let notices = Notices(isQuiet: verbosity.quiet)
    if !networkOnly { notices.tell(layer: question.subject.layer, methods: [question.methodOptions.method]) }
    let input = try inputFile.map { try InputReader(model: model, settings: nil, notices: notices).load($0) }
    // The exported model says how images become its input. Where it is tried on a tensor, no image is meant.
    if input == nil { notices.tell(try? model.preprocessing(), of: model, hasOptions: false) }
    let shape = try self.shape.map { try Shape(parsing: $0) } ?? input?.tensor.shape
    var options = ExportOptions()
    (options.includesHeatMap, options.operatorSet, options.precision) = (heatmap, opset, precision)
    (options.isFast, options.fixesBatch) = (fast, fixedBatch)
    if networkOnly {
      let report = try await model.export(to: output, inputShape: shape, options: options, executor: executor)
      return try tell(report, error: nil)
    }
    let reader = InputReader(model: model, settings: nil, notices: notices)
    let explainer = try await Explainer(
      model, question.comparing(question.question(), reader, executor),
      inputShape: shape ?? model.defaultInputShape(), executor: executor)
    let labels = try names.load()
    try explainer.check(labels)
    options.target = try target(labels, explainer)
    let report = try await explainer.export(to: output, options: options, executor: executor)
    var error: Double?
    if let input {
      error = try await explainer.errorOfExport(
        at: output, options: options, for: input.tensor, executor: executor)
    }
    try tell(report, error: error)
    // What half precision may cost depends on the network; the number is told.
    if precision == .single, let error, !(error <= Self.allowedError) {
      throw Failure(
        "\(output): its attribution differs by \(Float(error).text) from that of the network, where \(Self.allowedError) is allowed",
        exitCode: Failure.badData)
    }
  }

  /// What is explained; nil where whoever runs the model says it.
  private func target(_ labels: Labels?, _ explainer: Explainer) throws -> Target? {
    guard let text = question.subject.target, text != "dynamic", question.subject.loss.isEmpty else {
      return nil
    }
    let target = try Target(parsing: text)
    guard target == .top || target.isOfBoxes || !target.dependsOnScores else {
      throw Failure(
        "--target \(text) is chosen from the scores of each input; a model can choose the first with --target top, or be told with "
          + "--target dynamic", exitCode: Failure.usage)
    }
    return try target.indexed(by: labels)
  }

  private func tell(_ report: ExportReport, error: Double?) throws {
    if let reason = report.fixedBatchReason, !verbosity.quiet {
      StandardError.print("note: \(output): the batch is fixed, since it cannot be left open: \(reason)")
    }
    if json {
      return try StandardOutput.print(ExportSummary(report, at: output, error: error).json())
    }
    guard !verbosity.quiet else { return }
    StandardError.print(
      "\(output): \(report.nodeCount) nodes; takes \(report.inputs.joined(separator: ", ")); gives "
        + "\(report.outputs.joined(separator: ", ")); \(report.hasOpenBatch ? "any batch" : "a fixed batch")"
        + (error.map { "; attribution checked, relative error \(Float($0).text)" } ?? ""))
  }
}
