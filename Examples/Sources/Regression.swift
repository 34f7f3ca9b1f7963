import Saliency

extension Example {
  /// What makes a steering angle larger, what makes it smaller, and what leaves it as it is.
  static let regression = Example("regression") { files in
    // snippet: a regressed number
    let model = try Model(contentsOf: files.model("steering.onnx"))
    let questions: [(title: String, modifier: GradientModifier)] = [
      ("more to the right", .relu), ("more to the left", .negate), ("no change", .smallValues),
    ]
    var explainers: [Explainer] = []
    for (_, modifier) in questions { explainers.append(try await Explainer(model, modifier: modifier)) }

    var rows: [[Figure.Panel]] = []
    for name in ["steering-left", "steering-straight", "steering-right"] {
      let road = try Image(contentsOf: files.data(name + ".png"))
      var maps: [Attribution] = []
      for explainer in explainers { maps.append(try await explainer.attribution(of: road)) }
      let angle = (100 * maps[0].units[0][0].score).rounded() / 100
      rows.append(
        try [Figure.Panel(image: road, caption: "angle \(angle)")] + maps.map { try $0.panel() })
    }
    let figure = try Figure(
      comparing: rows, columnTitles: ["road"] + questions.map(\.title),
      caption: "gradient · steering.onnx · each map is scaled by itself")
    // end
    try figure.rendered().write(to: files.image("regression.png"))
  }
}
