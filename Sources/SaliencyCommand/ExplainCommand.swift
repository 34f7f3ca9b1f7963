import ArgumentParser
import Saliency
import SaliencyCore
import SaliencyImage

struct ExplainCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain", abstract: "Draws which parts of each input an output of the network depends on.")

  @OptionGroup var common: ModelOptions
  @OptionGroup(title: "Question") var question: QuestionOptions
  @OptionGroup(title: "Comparison") var comparison: ComparisonOptions

  @Flag(
    help:
      "Check what the method promises of each result by running the network: that attributions add up, or that the score rises along the gradient."
  )
  var check = false

  @OptionGroup(title: "Preparing pictures") var preparation: PreprocessingOptions
  @OptionGroup(title: "Output") var result: ResultOptions
  @OptionGroup(title: "Animation") var animation: AnimationOptions

  func validate() throws {
    try result.validateOutputs()
    guard comparison.isAsked else { return }
    try Usage.check {
      guard try !result.outputs().contains(where: { $0.form == .numpy }) else {
        throw ValidationError(
          "a comparison is a picture or a report; for numbers in a .npy file ask one question at a time")
      }
    }
    guard !result.keepChannels else {
      throw ValidationError(
        "--keep-channels draws one attribution; leave out --compare and --compare-targets")
    }
    guard comparison.compare == nil || question.way.method == "gradient" else {
      throw ValidationError("--compare names the methods itself; leave out --method")
    }
    guard comparison.compareTargets == nil || question.subject.target == nil && question.subject.loss.isEmpty
    else {
      throw ValidationError("--compare-targets says itself what is explained; leave out --target and --loss")
    }
  }

  func run() async throws {
    do {
      let outputs = try result.outputs(
        defaultName: comparison.isAsked ? "comparison" : question.way.parsed().name)
      let inputs = try common.foundInputs()
      try OutputPlan.check(
        outputs, inputs: inputs.files, sources: common.sources(inputs), summary: animation.output())
      let session = try ExplanationSession(common, question, preparation, result)
      session.notices.tell(layer: question.subject.layer, methods: comparison.names ?? [question.way.method])
      let writer = try ResultWriter(result, outputs: outputs)
      let frames = try AnimationWriter(animation)
      if comparison.isAsked {
        try await compare(inputs, session, writer, frames)
      } else {
        try await explain(inputs, session, writer, frames)
      }
    } catch {
      throw Failure(error, model: common.model)
    }
  }

  private func explain(
    _ inputs: Inputs, _ session: ExplanationSession, _ writer: ResultWriter, _ frames: AnimationWriter?
  ) async throws {
    let target = try question.subject.parsedTarget()
    let loop = try await InputLoop(inputs, model: common.model, isQuiet: result.isQuiet) { input, bar in
      var watch = session.opening
      let loaded = try watch.measure("prepare") { try session.load(input) }
      let explainer = try await watch.measure("compile") {
        try await session.explainer(for: loaded.tensor.shape)
      }
      let attribution = try await watch.measure("run") {
        try await bar.watching(explainer.provenance.method) {
          try await explainer.attribution(
            of: loaded.tensor, photograph: loaded.photograph, target: target, labels: session.labels,
            progress: $0)
        }
      }
      session.warnOfPictures(of: attribution, input: input, isDrawn: writer.drawsPictures)
      try frames?.add(attribution, title: input.name, writer.drawing)
      let checks =
        check ? try await watch.measure("check") { try await session.checks(of: attribution) } : nil
      return try writer.write(
        Explanation(
          input: input, loaded: loaded, attribution: attribution, target: target?.description, checks: checks),
        &watch)
    }
    try frames?.write(isQuiet: result.json || result.isQuiet)
    if result.json { try loop.printJSON() }
    try loop.requireSuccess()
  }

  private func compare(
    _ inputs: Inputs, _ session: ExplanationSession, _ writer: ResultWriter, _ frames: AnimationWriter?
  ) async throws {
    let methods = try comparison.methods() ?? [question.way.parsed()]
    let targets = try comparison.targets()
    let target = try question.subject.parsedTarget()
    let loop = try await InputLoop(inputs, model: common.model, isQuiet: result.isQuiet) { input, bar in
      var watch = session.opening
      let loaded = try watch.measure("prepare") { try session.load(input) }
      var rows: [[Attribution]] = []
      for method in methods.enumerated() {
        let explainer = try await watch.measure("compile") {
          try await session.explainer(for: loaded.tensor.shape, method: (method.offset, method.element))
        }
        try await watch.measure("run") {
          rows.append(
            try await bar.watching(explainer.provenance.method) {
              if let targets {
                return try await explainer.attributions(
                  of: loaded.tensor, photograph: loaded.photograph, eachOf: targets, labels: session.labels,
                  progress: $0)
              }
              return [
                try await explainer.attribution(
                  of: loaded.tensor, photograph: loaded.photograph, target: target, labels: session.labels,
                  progress: $0)
              ]
            })
        }
      }
      for attribution in rows.joined() {
        session.warnOfPictures(of: attribution, input: input, isDrawn: writer.drawsPictures)
      }
      for attribution in rows.joined() {
        let parts = [
          inputs.areSeveral ? input.name : nil, targets == nil ? nil : attribution.subject(),
          methods.count > 1 || targets == nil ? attribution.provenance.method : nil,
        ]
        try frames?.add(
          attribution, title: parts.compactMap(\.self).joined(separator: " · "), writer.drawing)
      }
      let checks =
        check ? try await watch.measure("check") { try await session.checks(of: rows, methods) } : nil
      return try writer.write(
        Comparison(
          input: input, loaded: loaded, rows: rows, target: (targets ?? target)?.description,
          checks: checks), &watch)
    }
    try frames?.write(isQuiet: result.json || result.isQuiet)
    if result.json { try loop.printJSON() }
    try loop.requireSuccess()
  }
}
