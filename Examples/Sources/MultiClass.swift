import Saliency

extension Example {
  /// One class of an image, from its score and from its probability.
  static let multiClass = Example("multi-class", fetched: [Files.classifier]) { files in
    // snippet: one class
    let model = try Model(contentsOf: files.classifier)
    let labels = try Labels(contentsOf: files.classes)
    let image = try Image(contentsOf: files.cat)
    let target = try Target(parsing: "Egyptian cat")

    var rows: [[Attribution]] = []
    for side in OutputSide.allCases {
      let explainer = try await Explainer(model, side: side)
      rows.append([try await explainer.attribution(of: image, target: target, labels: labels)])
    }
    let figure = try Figure(comparing: rows, rowTitles: ["score", "probability"])
    // end
    try figure.rendered().write(to: files.image("multi-class.jpg"), quality: 85)
  }
}
