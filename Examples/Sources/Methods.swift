import Saliency

extension Example {
  /// Every built-in method on the same photograph.
  static let methods = Example("methods", fetched: [Files.expressions]) { files in
    // snippet: every method
    let model = try Model(contentsOf: files.expressions)
    let face = try Image(contentsOf: files.face)
    var panels = [Figure.Panel(title: "photograph", image: face)]
    for entry in Method.catalogue where !entry.needsAttention && !entry.isForLayers {
      let explainer = try await Explainer(model, method: Method(parsing: entry.name))
      panels.append(try await explainer.attribution(of: face).panel(title: entry.name))
    }
    let figure = try Figure(sheet: panels, columns: 5, panelSides: 156...224)
    // end
    try figure.rendered().write(to: files.picture("methods.jpg"), quality: 90)
  }
}
