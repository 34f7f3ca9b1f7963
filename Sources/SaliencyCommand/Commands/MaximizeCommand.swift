import ArgumentParser
import Saliency

struct MaximizeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "maximize",
    abstract:
      "Makes an input that maximizes a class, a filter or losses: what the network has learnt to look for.",
    discussion: """
      Give --target for a class, --layer and --target for a filter, --layer alone for the mean square of all its units, or --loss. \
      With --from IMAGE --octaves 4 it dreams into an image.
      """,
    aliases: ["maximise"])

  @OptionGroup private var network: ModelArgument
  private var model: String { network.model }

  @OptionGroup(title: "Question") var subject: SubjectOptions
  @OptionGroup var names: LabelOptions

  @OptionGroup(title: "Maximization") var maximization: MaximizationOptions

  @Option(
    name: .shortAndLong, parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      "Where the result goes; repeatable. The ending decides: .png .jpg .webp .svg .pdf (the image), .npy (the input as the network takes it), .json (report). {name} stands for the model's name, a folder or FOLDER/ for {name}-maximized.png in it, - for standard output (a PNG; -.npy, -.json … for others).",
      valueName: "file"))
  var output: [String] = []

  @OptionGroup(title: "Animation") var animation: AnimationOptions
  @OptionGroup(title: "Preparing images") var preparation: PreprocessingOptions

  @Option(help: ArgumentHelp("The shape of the input where the network leaves it open, such as 1x10."))
  var shape: String?

  @Flag(help: "Print one JSON object on standard output.")
  var json = false

  @OptionGroup private var verbosity: QuietOptions
  private var isQuiet: Bool { verbosity.quiet }

  @OptionGroup private var machine: MachineOptions
  @OptionGroup private var precision: PrecisionOptions
  @OptionGroup private var ports: PortOptions

  /// About as many frames as an animation has.
  private static let frameCount = 60

  func validate() throws {
    guard subject.target != nil || subject.layer != nil || !subject.loss.isEmpty else {
      throw ValidationError(
        "nothing says what is maximized; give --target, --layer with or without --target, or --loss")
    }
    try Usage.check {
      _ = try shape.map { try Shape(parsing: $0) }
      let outputs = try outputs()
      guard !outputs.isEmpty || json else {
        throw ValidationError("nothing says where the result goes; give --output FILE, or --json")
      }
      guard outputs.count(where: { $0.path == nil }) + (json ? 1 : 0) <= 1 else {
        throw ValidationError("standard output takes one result; choose one of --json and outputs of -")
      }
    }
  }

  private func outputs() throws -> [Output] {
    try output.map { try Output(parsing: $0, defaultName: "{name}-maximized.png") }
  }

  func run() async throws {
    do {
      try await maximize()
    } catch {
      throw Failure(error, model: model)
    }
  }

  private func maximize() async throws {
    let outputs = try outputs()
    let modelFile = InputFile(path: model)
    let sources = [model] + [names.labels, maximization.seedFile?.path].compactMap(\.self)
    try OutputPlan.check(outputs, inputs: [modelFile], sources: sources, summary: animation.output())
    let labels = try names.load()
    var watch = Stopwatch()
    let model = try watch.measure("open") { try ports.open(self.model) }
    let preprocessing = try preprocessing(of: model, outputs)
    let notices = Notices(isQuiet: isQuiet)
    notices.tell(preprocessing, of: model)
    let settings = try maximization.settings(for: model, size: preprocessing?.size.value)
    let frames = try AnimationWriter(animation, defaultDuration: 100)
    let result = try await watch.measure("maximize") {
      try await run(settings, model, preprocessing, labels, frames)
    }
    var report = MaximizationReport(
      result, of: model, settings: settings, preprocessing: preprocessing)
    try watch.measure("draw") {
      for output in outputs {
        switch output.form {
        case .image(let format):
          guard let image = result.image else { throw noImage(result.input.shape) }
          try output.write(image.encoded(as: format), inputName: modelFile.name)
        case .numpy:
          try output.write(result.input.encodedAsNumPy(), inputName: modelFile.name)
        case .json: break
        }
      }
      if let image = result.image, let frames {
        frames.add(image)
        try frames.write(isQuiet: json || isQuiet)
      }
    }
    report.outputs = outputs.map {
      OutputReport(path: $0.path(forInputNamed: modelFile.name) ?? "-", form: $0.formName)
    }
    report.timingsMilliseconds = watch.byName
    for output in outputs where output.form == .json {
      try output.write(Array((try report.json() + "\n").utf8), inputName: modelFile.name)
    }
    if json {
      try StandardOutput.print(report.json())
    } else if isQuiet {
      return
    } else if outputs.contains(where: { $0.path == nil }) {
      StandardError.print(report.text(stages: watch.text))
    } else {
      try StandardOutput.print(report.text(stages: watch.text))
    }
  }

  /// How images become inputs; nil where they do not, and nothing asks for them.
  private func preprocessing(of model: Model, _ outputs: [Output]) throws -> Preprocessing? {
    do {
      return try model.preprocessing(overrides: preparation.settings(), origin: "command line")
    } catch {
      let drawsImages = outputs.contains { if case .image = $0.form { true } else { false } }
      let settings = try preparation.settings()
      guard !drawsImages, animation.animation == nil, settings == PreprocessingSettings(),
        maximization.seedFile?.isTensor ?? true
      else { throw error }
      return nil
    }
  }

  private func run(
    _ settings: ActivationMaximization, _ model: Model, _ preprocessing: Preprocessing?, _ labels: Labels?,
    _ frames: AnimationWriter?
  ) async throws -> MaximizedInput {
    let executor = try machine.executor(precision.precision)
    let shape = try shape.map { try Shape(parsing: $0) }
    let showsProgress = StandardError.isTerminal && !json && !isQuiet
    defer { if showsProgress { ProgressBar.clear() } }
    func tell(_ step: MaximizationStep) throws -> Bool {
      if showsProgress {
        ProgressBar.draw(done: step.index, of: step.count, name: "activation \(Float(step.activation).text)")
      }
      if let frames, step.index % max(1, step.count / Self.frameCount) == 0, let image = step.image {
        frames.add(image)
      }
      return true
    }
    let losses = try subject.losses()
    if losses.isEmpty, let target = try subject.target.map({ try Target(parsing: $0) }) {
      return try await settings.maximize(
        target, in: model, layer: subject.layerReference, side: subject.on, labels: labels, inputShape: shape,
        preprocessing: preprocessing, executor: executor, progress: tell)
    }
    return try await settings.maximize(
      losses.isEmpty ? [(.meanSquare(of: subject.layerReference!), weight: 1)] : losses, in: model,
      inputShape: shape, preprocessing: preprocessing, executor: executor, progress: tell)
  }

  private func noImage(_ shape: Shape) -> Failure {
    Failure(
      "an input of \(shape.text) is no image; give an --output that ends in .npy or .json",
      exitCode: Failure.usage)
  }
}
