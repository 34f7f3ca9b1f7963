import Saliency

extension Example {
  /// Every built-in method on the same image.
  static let methods = Example("methods", fetched: [Files.expressions]) { files in
    // snippet: every method
    let model = try Model(contentsOf: files.expressions)
    let face = try Image(contentsOf: files.face)
    let large = try face.resized(width: 256, height: 256, filter: .bicubic)
    var panels = [Figure.Panel(title: "image", image: large)]
    for entry in Method.catalog where !entry.needsAttention && !entry.isForBoxes {
      let ofUnit = entry.name == "neuron-conductance"
      let explainer = try await Explainer(
        model, method: Method(parsing: entry.name + (ofUnit ? ":layer=add_2:unit=5" : "")),
        withRespectTo: entry.isForLayers && !ofUnit ? .name("add_2") : nil)
      panels.append(try await explainer.attribution(of: face).panel(title: entry.name))
    }
    let figure = try Figure(sheet: panels, columns: 6, panelSides: 208...256)
    // end
    try figure.rendered().write(to: files.image("methods.jpg"), quality: 90)
  }
}
