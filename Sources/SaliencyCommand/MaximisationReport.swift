import Saliency
import SaliencyCore

/// What `--json` prints of `maximise`.
struct MaximisationReport: Encodable {
  /// A regulariser.
  struct Term: Encodable {
    let name: String
    let weight: Float
    let value: Double
  }

  let model: String
  let digest: DigestReport
  let inputShape: [Int]
  /// The layer whose units were maximised, or the names of the losses.
  let maximised: String
  /// The units with their scores; empty where losses were maximised.
  let units: [UnitReport]
  /// Of the input that was found.
  let activation: Double
  let regularisers: [Term]
  /// Before each step, of the input as it was moved at random.
  let activations: [Double]
  /// What was minimised, before each step.
  let losses: [Double]
  let seed: UInt64
  /// Null where the input is no picture.
  let preprocessing: PreprocessingReport?
  var outputs: [OutputReport] = []
  var timingsMilliseconds: [String: Double] = [:]

  init(
    _ model: Model, _ result: MaximisedInput, _ settings: ActivationMaximisation,
    _ preprocessing: Preprocessing?
  ) {
    self.model = model.path
    digest = DigestReport(model: model)
    inputShape = result.input.shape
    maximised = result.layer
    units = result.units.map { UnitReport($0) }
    (activation, activations, losses) = (result.activation, result.activations, result.losses)
    regularisers = result.terms.map { Term(name: $0.name, weight: $0.weight, value: $0.value) }
    seed = settings.seed
    self.preprocessing = preprocessing.map(PreprocessingReport.init)
  }

  func text(stages: String) -> String {
    var lines = ["maximised  \(maximised)"]
    lines += units.map { "unit       " + $0.text }
    lines.append(
      "activation \(Float(activation).text)"
        + (activations.first.map { ", from \(Float($0).text) in \(activations.count) steps" } ?? ""))
    lines += regularisers.map { "less       \($0.name) \(Float($0.value).text) · \($0.weight.text)" }
    lines += outputs.map { "wrote      \($0.path)" }
    lines.append("time       \(stages)")
    return lines.joined(separator: "\n")
  }
}
