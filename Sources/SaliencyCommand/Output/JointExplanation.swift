import Saliency

/// Several inputs with their attributions, as they are told and drawn.
struct JointExplanation: WritableResult {
  let input: InputFile
  /// The explanations of the inputs, in the order in which they are named.
  let explanations: [Explanation]
  let joint: JointAttribution
  /// A check for each item of the batch, of all inputs together; nil where none was asked for.
  let checks: [AttributionCheck]?
  /// The files of single inputs that were written.
  let written: [OutputReport]

  var report: JointReport {
    JointReport(
      joint, explanations: explanations.map(\.report), input: input.path, checks: checks, recipe: recipe)
  }

  var title: String { explanations.first?.title ?? "" }

  var recipe: Recipe? { explanations.first?.recipe }

  /// Each input has numbers of its own.
  var numbers: Tensor? { nil }

  func image(_ drawing: ResultWriter.Drawing) throws -> any WritableImage {
    try drawing.sized(Figure(joint: joint, style: drawing.style))
  }

  func text(_ report: JointReport, stages: String) -> String {
    var lines: [String] = []
    for (explanation, sum) in zip(explanations, joint.sums()) {
      let name = explanation.attribution.provenance.input
      lines.append(
        "input      '\(name)' \(explanation.input.title) (\(explanation.attribution.input.shape.text)), sum \(Float(sum).text)"
      )
      if let preprocessing = explanation.report.preprocessing {
        lines.append("prepared   \(preprocessing.text)")
      }
    }
    if let first = explanations.first {
      for line in first.text(first.report, stages: "").split(separator: "\n")
      where ["explained", "side", "method", "axes"].contains(where: line.hasPrefix) {
        lines.append(String(line))
      }
    }
    for (item, check) in (checks ?? []).enumerated() {
      lines.append("check      " + (checks!.count > 1 ? "item \(item): " : "") + check.text)
    }
    for output in written + report.outputs { lines.append("wrote      \(output.path)") }
    lines.append("time       \(stages)")
    return lines.joined(separator: "\n")
  }
}

extension ExplainCommand {
  /// Throws where something is asked that several inputs together have no answer for.
  func requireJoint(_ outputs: [Output], isComparison: Bool) throws(Failure) {
    let unfit: [(String, Bool)] = [
      ("--compare and --compare-targets", isComparison), ("--similar-to", question.similarTo != nil),
      ("--wrt", question.wrt != nil), ("--keep-channels", result.keepChannels),
      ("--animation", animation.animation != nil),
      ("--tokens", text.tokens != nil),
    ]
    if let option = unfit.first(where: \.1)?.0 {
      throw Failure("\(option) is for one input; leave it out, or name one input", exitCode: Failure.usage)
    }
    if let output = outputs.first(where: { $0.form == .numpy && !$0.isForEachInput }) {
      throw Failure(
        "\(output.path ?? "-"): several inputs have a .npy file each; write {input} in its name, for the input's",
        exitCode: Failure.usage)
    }
    if let output = outputs.first(where: { $0.form != .numpy && $0.isForEachInput }) {
      throw Failure(
        "\(output.path ?? "-"): images and reports have all inputs; {input} is for .npy files",
        exitCode: Failure.usage)
    }
  }

  /// The report of several inputs together, whose results are written.
  func answerTogether(
    _ input: InputFile, _ request: Request, _ session: ExplanationSession, _ outputs: [Output],
    _ bar: SamplingBar
  ) async throws -> JointReport {
    var watch = session.opening
    let loaded = try watch.measure("prepare") { try session.loadTogether(input) }
    let tensors = loaded.mapValues(\.prepared.tensor)
    let explainer = try await watch.measure("compile") {
      try await session.explainer(forTogether: tensors.mapValues(\.shape))
    }
    let joint = try await watch.measure("run") {
      try await bar.watching(explainer.provenance.method) {
        try await explainer.attributions(
          of: tensors, target: loaded[session.together[0]].flatMap { try request.target(for: $0.prepared) },
          labels: session.labels, progress: $0)
      }
    }.showing(loaded.compactMapValues(\.prepared.visiblePart))
    let checks =
      check ? try await watch.measure("check") { try await session.checks(of: joint) } : nil
    let files = try session.files(of: input)
    let explanations = joint.attributions.map { attribution in
      let own = loaded[attribution.provenance.input]!
      return Explanation(
        input: own.file, loaded: own.prepared, files: files, attribution: attribution,
        target: request.requestedTarget)
    }
    let written = try writeNumbers(explanations, outputs, input)
    let whole = try ResultWriter(
      result, outputs: outputs.filter { !$0.isForEachInput }, drawing: session.drawing)
    var report = try whole.write(
      JointExplanation(
        input: input, explanations: explanations, joint: joint, checks: checks, written: written), &watch)
    report.outputs = written + report.outputs
    return report
  }

  /// Writes a file of numbers for each input.
  private func writeNumbers(
    _ explanations: [Explanation], _ outputs: [Output], _ input: InputFile
  ) throws -> [OutputReport] {
    var written: [OutputReport] = []
    for explanation in explanations {
      for output in outputs where output.isForEachInput {
        let own = output.forInput(named: explanation.attribution.provenance.input)
        guard let numbers = explanation.numbers else { continue }
        try own.write(numbers.encodedAsNumPy(), inputName: input.name)
        if let recipe = explanation.recipe {
          try own.writeBeside(Array((try recipe.json() + "\n").utf8), inputName: input.name)
        }
        written.append(OutputReport(path: own.path(forInputNamed: input.name) ?? "-", form: own.formName))
      }
    }
    return written
  }
}
