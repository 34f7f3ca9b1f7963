import Saliency

extension Example {
  /// The ten classes of a digit by three methods.
  static let digits = Example("digits") { files in
    // snippet: ten classes and three methods
    let model = try Model(contentsOf: files.model("digits.keras"))
    let digits = try (0..<10).map { try Image(contentsOf: files.data("digit-\($0).png")) }
    var rows = [digits.map { Figure.Panel(image: $0) }]
    for method in Method.backpropagations {
      let explainer = try await Explainer(model, method: method)
      var row: [Figure.Panel] = []
      for (digit, image) in digits.enumerated() {
        let attribution = try await explainer.attribution(of: image, target: .unit(digit))
        row.append(Figure.Panel(image: try attribution.mapImage()))
      }
      rows.append(row)
    }
    let figure = try Figure(
      comparing: rows, rowTitles: ["input"] + Method.backpropagations.map(\.name),
      columnTitles: (0..<10).map(String.init),
      caption: "what changes the score of the digit that is shown · each map is scaled by itself")
    // end
    try figure.rendered().write(to: files.image("digits.png"))
  }
}
