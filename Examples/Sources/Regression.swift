import Saliency

extension Example {
  /// What makes a steering angle larger, what makes it smaller, and what leaves it as it is.
  static let regression = Example("regression") { files in
    // snippet: a regressed number
    let model = try Model(contentsOf: files.model("steering.onnx"))
    let questions: [(title: String, modifier: GradientModifier)] = [
      ("more to the right", .relu), ("more to the left", .negate), ("no change", .smallValues),
    ]
    var rows: [[Figure.Panel]] = []
    for name in ["steering-left", "steering-straight", "steering-right"] {
      let road = try Image(contentsOf: files.data(name + ".png"))
      var panels = [Figure.Panel(image: road)]
      for (_, modifier) in questions {
        let explainer = try await Explainer(model, modifier: modifier)
        panels.append(try await explainer.attribution(of: road).panel())
      }
      rows.append(panels)
    }
    let figure = try Figure(comparing: rows, columnTitles: ["road"] + questions.map(\.title))
    // end
    try figure.rendered().write(to: files.picture("regression.png"))
  }
}
