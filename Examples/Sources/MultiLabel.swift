import Saliency

extension Example {
  /// Which digits are in the image: all that the network found together, then one by one.
  static let multiLabel = Example("multi-label") { files in
    // snippet: several labels
    let model = try Model(contentsOf: files.model("digit-scenes.onnx"))
    let labels = try Labels(contentsOf: files.model("digit-scenes-labels.json"))
    let scene = try Image(contentsOf: files.data("digit-scene-2.png"))
    let explainer = try await Explainer(model, method: .guided)

    let predictor = try await Predictor(model)
    let found = try await predictor.predictions(for: scene, count: 10, labels: labels)
      .filter { $0.probability ?? 0 > 0.5 }.map(\.index)
    let together = try await explainer.attribution(of: scene, target: .units(found), labels: labels)
    let oneByOne = try await explainer.attributions(of: scene, eachOf: .units(found), labels: labels)
    let figure = try Figure(comparing: [[together] + oneByOne])
    // end
    try figure.rendered().write(to: files.image("multi-label.png"))
  }
}
