import Saliency

/// A result that can be written in every form that an output has.
protocol WritableResult {
  associatedtype Report: WrittenReport
  var input: InputFile { get }
  /// What is reported, without outputs and times.
  var report: Report { get }
  /// The numbers for a `.npy` file; nil where there is no one tensor.
  var numbers: Tensor? { get }
  func image(_ drawing: ResultWriter.Drawing) throws -> any WritableImage
  /// What makes the result again; nil where no command does.
  var recipe: Recipe? { get }
  /// The result in one line.
  var title: String { get }
  /// The report for people; `stages` are the times.
  func text(_ report: Report, stages: String) -> String
}

/// Draws results and writes them where they are asked for.
struct ResultWriter {
  /// What images show.
  struct Drawing {
    let kind: DrawingKind
    let style: MapStyle
    let keepsChannels: Bool
    /// Whether the image is shown in its own size.
    let isOriginalSize: Bool

    /// The figure with images as large as they are asked for.
    func sized(_ figure: Figure) -> Figure {
      var figure = figure
      figure.keepsImageSize = isOriginalSize
      return figure
    }
  }

  private let outputs: [Output]
  let drawing: Drawing
  private let isQuiet: Bool

  /// - Parameter drawing: how results are drawn; as the options say where nil.
  init(_ options: ResultOptions, outputs: [Output], drawing: Recipe.Drawing? = nil) throws {
    self.outputs = outputs
    let drawing = drawing ?? options.drawing
    guard let style = DrawingKind(rawValue: drawing.style) else {
      throw Failure("'\(drawing.style)' is no style of images", exitCode: Failure.badData)
    }
    self.drawing = Drawing(
      kind: style, style: try drawing.mapStyle(), keepsChannels: drawing.keepChannels,
      isOriginalSize: drawing.sizeOf == DrawnSize.original.rawValue)
    isQuiet = options.json || options.isQuiet
  }

  /// Whether an image is among the outputs.
  var drawsImages: Bool {
    outputs.contains { if case .image = $0.form { true } else { false } }
  }

  /// Draws and writes a result, tells what was done unless that is told as JSON, and returns the report.
  func write<Result: WritableResult>(_ result: Result, _ watch: inout Stopwatch) throws -> Result.Report {
    let name = result.input.name
    let recipe = result.recipe
    let rendered = try watch.measure("draw") {
      let xmp = drawsImages ? try recipe?.xmp(description: result.title) : nil
      return try outputs.compactMap { output in try bytes(of: result, for: output, xmp).map { (output, $0) } }
    }
    var report = result.report
    report.outputs = outputs.map {
      OutputReport(path: $0.path(forInputNamed: name) ?? "-", form: $0.formName)
    }
    report.timingsMilliseconds = watch.byName
    for (output, bytes) in rendered { try output.write(bytes, inputName: name) }
    if let recipe {
      for output in outputs where output.form == .numpy {
        try output.writeBeside(Array((try recipe.json() + "\n").utf8), inputName: name)
      }
    }
    for output in outputs where output.form == .json {
      try output.write(Array((try report.json() + "\n").utf8), inputName: name)
    }
    if !isQuiet { try print(result.text(report, stages: watch.text)) }
    return report
  }

  private func bytes(
    of result: some WritableResult, for output: Output, _ xmp: String?
  ) throws -> [UInt8]? {
    switch output.form {
    case .numpy: result.numbers?.encodedAsNumPy()
    case .json: nil
    case .image(let format): try result.image(drawing).encoded(as: format, xmp: xmp)
    }
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
