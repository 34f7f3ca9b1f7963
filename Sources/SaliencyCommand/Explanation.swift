import NumPyFormat
import Saliency
import SaliencyCore
import SaliencyImage

/// One input with its attribution, as it is told and drawn.
struct Explanation {
  let input: InputFile
  let loaded: InputFile.Loaded
  let attribution: Attribution
  let target: String

  private var provenance: Attribution.Provenance { attribution.provenance }

  var report: ExplainReport {
    let first = attribution.units.first?.first
    return ExplainReport(
      model: provenance.model.path, digest: DigestReport(model: provenance.model), input: input.path,
      inputShape: attribution.values.shape, layer: provenance.layer, explained: provenance.side.rawValue,
      finalActivation: provenance.finalActivation, activationAdded: provenance.isActivationAdded,
      unitAxis: provenance.unitAxis, method: provenance.method, gradientModifier: provenance.modifier,
      requestedTarget: target,
      target: first.map { .init(index: $0.index, name: $0.name) }, score: first?.score,
      probability: first?.probability,
      targets: attribution.units.map { $0.map(UnitReport.init) },
      overriddenNodes: provenance.overriddenLayers, activationsNotOverridden: provenance.keptActivations,
      preprocessing: loaded.preprocessing.map(PreprocessingReport.init), outputs: [], timingsMilliseconds: [:]
    )
  }

  func bytes(for output: Output, style: ResultOptions.Style) throws -> [UInt8] {
    switch output.form {
    case .numpy:
      return NumPyArray(shape: loaded.shape, values: attribution.values.values).serialized()
    case .json: return []
    case .picture(let format):
      return try picture(style).encoded(as: format)
    }
  }

  private func picture(_ style: ResultOptions.Style) throws -> Image {
    switch style.kind {
    case .heatmap:
      try attribution.heatMap().rendered(
        colorMap: style.colorMap ?? attribution.colorMap, percentile: style.percentile,
        scaling: attribution.scaling)
    case .overlay:
      try attribution.overlay(
        colorMap: style.colorMap, percentile: style.percentile, style: style.overlay)
    case .figure:
      try attribution.figure(colorMap: style.colorMap, percentile: style.percentile, style: style.overlay)
        .rendered()
    }
  }

  func text(_ report: ExplainReport, stages: String) -> String {
    var lines = ["input      \(input.path) (\(attribution.values.shape.text))"]
    if let preprocessing = report.preprocessing { lines.append("prepared   \(preprocessing.text)") }
    for (item, units) in report.targets.enumerated() {
      let prefix = report.targets.count > 1 ? "item \(item): " : ""
      for unit in units { lines.append("explained  \(prefix)\(unit.text)") }
    }
    lines.append("side       " + sideText)
    lines.append("method     \(provenance.method), gradient modifier \(provenance.modifier)" + overrideText)
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
        ? "the score; the network ends without a softmax, probabilities are worked out here"
        : "the score before the final \(activation)"
    case .probability:
      return "the probability after the \(provenance.isActivationAdded ? "added" : "final") \(activation)"
    }
  }

  private var overrideText: String {
    guard provenance.method != "gradient" else { return "" }
    let kept = provenance.keptActivations.count
    let overridden = provenance.overriddenLayers.count
    return "; \(overridden) node\(overridden == 1 ? "" : "s") overridden"
      + (kept > 0 ? ", \(kept) other activation\(kept == 1 ? " keeps its" : "s keep their") derivative" : "")
  }
}

extension Output {
  /// What the form is called in reports.
  var formName: String {
    switch form {
    case .numpy: "npy"
    case .json: "json"
    case .picture(let format): format.rawValue.lowercased()
    }
  }
}
