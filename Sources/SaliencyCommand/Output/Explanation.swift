import Saliency

/// One input with its attribution, as it is told and drawn.
struct Explanation: WritableResult {
  let input: InputFile
  let loaded: PreparedInput
  /// The files that it depends on, and how it is drawn; nil where no command makes it again by itself.
  var files: ResultFiles?
  let attribution: Attribution
  /// The target as it was asked for; nil where losses are explained.
  let target: String?
  /// A check for each item of the batch; nil where none was asked for.
  var checks: [AttributionCheck]?
  /// What is told of a token that has a row of numbers.
  var tokenMeasure = TokenMeasure.sum

  private var provenance: Attribution.Provenance { attribution.provenance }

  var report: ExplainReport {
    ExplainReport(
      attribution, input: input.path, prepared: loaded, target: target, checks: checks,
      tokenMeasure: tokenMeasure, recipe: recipe)
  }

  private var tokens: [[Attribution.Token]]? {
    guard attribution.isForTokens else { return nil }
    return attribution.units.indices.map { attribution.tokens(item: $0, by: tokenMeasure) ?? [] }
  }

  /// The strongest tokens of each item.
  private func lines(of tokens: [[Attribution.Token]]) -> [String] {
    tokens.enumerated().map { item, tokens in
      let strongest = tokens.sorted { (-abs($0.value), $0.position) < (-abs($1.value), $1.position) }.prefix(
        5)
      let names = strongest.map { token in
        let name = token.text.map { "'\($0.printable())'" } ?? token.number.map { "\($0)" } ?? "token"
        return "\(name) at \(token.position): \(token.value.text)"
      }
      return "tokens     " + (attribution.units.count > 1 ? "item \(item): " : "")
        + names.joined(separator: ", ")
        + (tokens.count > 5 ? ", …" : "")
    }
  }

  var title: String { attribution.caption() }

  var recipe: Recipe? {
    files.map { files in
      var recipe = attribution.recipe(
        input: files.input, given: files.given, preprocessing: loaded.preprocessing, drawing: files.drawing)
      (recipe.tokens, recipe.similarTo) = (files.tokens, files.similarTo)
      if files.similarTo != nil {
        (recipe.question.losses, recipe.question.layer) = ([], files.comparedLayer)
      }
      return recipe
    }
  }

  var numbers: Tensor? {
    // Where it has the input's shape, in that of the file, which may lack the batch's axis.
    Tensor(
      shape: attribution.values.shape == loaded.tensor.shape ? loaded.shape : attribution.values.shape,
      values: attribution.values.values)
  }

  func image(_ drawing: ResultWriter.Drawing) throws -> any WritableImage {
    if drawing.keepsChannels {
      return try drawing.sized(Figure(channelsOf: attribution, style: drawing.style))
    }
    switch drawing.kind {
    case .heatmap:
      guard drawing.isOriginalSize, let image = loaded.visiblePart else {
        return try attribution.mapImage(style: drawing.style)
      }
      return try attribution.mapImage(style: drawing.style, enlargedTo: image)
    case .overlay: return try attribution.overlay(style: drawing.style)
    case .figure: return try drawing.sized(attribution.figure(style: drawing.style))
    }
  }

  func text(_ report: ExplainReport, stages: String) -> String {
    var lines = ["input      \(input.title) (\(attribution.input.shape.text))"]
    if let preprocessing = report.preprocessing { lines.append("prepared   \(preprocessing.text)") }
    for (item, units) in report.targets.enumerated() {
      let prefix = report.targets.count > 1 ? "item \(item): " : ""
      for unit in units { lines.append("explained  \(prefix)\(unit.text)") }
    }
    if let detector = report.detector { lines.append("detector   \(detector.text)") }
    for loss in attribution.losses {
      lines.append("explained  loss \(loss.name), weight \(loss.weight.text): \(loss.text)")
    }
    if attribution.losses.isEmpty { lines.append("side       " + sideText) }
    if provenance.resolved.hasUnusualAxes, provenance.detector == nil {
      lines.append("axes       input \(report.inputAxes.text)")
      if let explained = report.explainedAxes { lines.append("           explained \(explained.text)") }
    }
    if let layer = provenance.withRespectTo {
      lines.append(
        "for        layer '\(layer)' (\(attribution.values.shape.text))"
          + (provenance.resolved.isForEmbedding
            ? ", the embedding's rows; the numbers of tokens that pick them have no gradient" : ""))
    }
    let precision = provenance.precision == .fp32 ? "" : ", computed in \(provenance.precision.rawValue)"
    lines.append(
      "method     \(provenance.methodSpecification), gradient modifier \(provenance.modifier)" + precision
        + overrideText)
    lines += self.lines(of: tokens ?? [])
    for (item, conservation) in report.conservation.enumerated() {
      lines.append(
        "conserved  \(report.conservation.count > 1 ? "item \(item): " : "")" + conservation.text)
    }
    for (item, check) in (checks ?? []).enumerated() {
      lines.append("check      " + (checks!.count > 1 ? "item \(item): " : "") + check.text)
    }
    for output in report.outputs { lines.append("wrote      \(output.path)") }
    lines.append("time       \(stages)")
    return lines.joined(separator: "\n")
  }

  private var sideText: String {
    guard let activation = provenance.finalActivation?.lowercased() else {
      return "the \(provenance.side.rawValue) of '\(provenance.layer)'"
    }
    switch provenance.side {
    case .score:
      return provenance.isActivationAdded
        ? "the score; the network ends without a softmax, which is assumed for the probabilities"
        : "the score before the final \(activation)"
    case .probability:
      return "the probability after the \(provenance.isActivationAdded ? "added" : "final") \(activation)"
    }
  }

  private var overrideText: String {
    let kept = provenance.keptActivations.count
    let overridden = provenance.overriddenLayers.count
    guard overridden > 0 else { return "" }
    return "; \(overridden) node\(overridden == 1 ? "" : "s") overridden"
      + (kept > 0 ? ", \(kept) other activation\(kept == 1 ? " keeps its" : "s keep their") derivative" : "")
  }
}

extension Attribution.LossValue {
  /// The loss's values, the first few of many.
  var text: String {
    values.prefix(8).map(\.text).joined(separator: ", ") + (values.count > 8 ? ", …" : "")
  }
}

/// The files that a result depends on beside its model, and how it is drawn.
struct ResultFiles {
  let input: Recipe.File?
  let given: [String: Recipe.File]
  let drawing: Recipe.Drawing
  /// The file that names tokens; nil where none does.
  var tokens: Recipe.File?
  /// The other input that what is explained is compared with, and the layer where; nil where there is none.
  var similarTo: Recipe.SimilarInput?
  var comparedLayer: LayerReference?
}
