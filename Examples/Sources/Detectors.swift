import Saliency

extension Example {
  /// Which pixels make the boxes that a detector finds, one by one.
  static let detectors = Example("detectors") { files in
    // snippet: detectors
    let model = try Model(contentsOf: files.model("digit-detector.onnx"))
    let scene = try Image(contentsOf: files.data("digit-scene-2.png"))
    let detections = try await Predictor(model).detections(for: scene)
    for detection in detections {
      print(detection.number, detection.classIndex, detection.score, detection.box)
    }

    let explainer = try await Explainer(model, Question(.box(0), method: .guided))
    let maps = try await explainer.attributions(of: scene, eachOf: .top(detections.count))
    let figure = try Figure(comparing: [maps])
    // end
    try figure.rendered().write(to: files.image("detectors.png"))
  }
}
