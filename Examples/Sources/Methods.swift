import Saliency

extension Example {
  /// Every built-in method on the same photograph.
  static let methods = Example("methods", fetched: [Files.expressions]) { files in
    // snippet: every method
    let model = try Model(contentsOf: files.expressions)
    let face = try Image(contentsOf: files.face)
    var panels = [Figure.Panel(title: "photograph", image: face)]
    let ofLayer = ["internal-influence", "layer-conductance"]
    for entry in Method.catalogue where !entry.needsAttention {
      let explainer = try await Explainer(
        model, method: Method(parsing: entry.name),
        withRespectTo: ofLayer.contains(entry.name) ? .name("add_2") : nil)
      panels.append(try await explainer.attribution(of: face).panel(title: entry.name))
    }
    let figure = try Figure(sheet: panels, columns: 6, panelSides: 176...224)
    // end
    try figure.rendered().write(to: files.picture("methods.jpg"), quality: 90)
  }
}
