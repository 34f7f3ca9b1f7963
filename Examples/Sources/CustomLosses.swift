import Saliency

extension Example {
  /// What speaks for one class and against another, and what excites a layer as a whole.
  static let customLosses = Example("custom-losses", fetched: [Files.classifier]) { files in
    let model = try Model(contentsOf: files.classifier)
    let image = try Image(contentsOf: files.cat)
    // snippet: weighted losses
    let tigerCat = Loss.activationMaximization(filters: [282])
    let egyptianCat = Loss.activationMaximization(filters: [285])
    let excitement = Loss("excitement", of: "blocks.7.add") { $0.squared().mean() }

    let questions: [[(Loss, weight: Float)]] = [
      [(tigerCat, 1)], [(tigerCat, 1), (egyptianCat, -1)], [(excitement, 1)],
    ]
    var rows: [[Attribution]] = []
    for losses in questions {
      let explainer = try await Explainer(model, losses: losses)
      rows.append([try await explainer.attribution(of: image)])
    }
    let figure = try Figure(
      comparing: rows, rowTitles: ["tiger cat", "tiger cat, not Egyptian cat", "excitement"])
    // end
    try figure.rendered().write(to: files.image("custom-losses.jpg"), quality: 85)
  }
}
