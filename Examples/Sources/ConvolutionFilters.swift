import Saliency

extension Example {
  /// Where the strongest filters of a layer are active, and what drives one of them.
  static let convolutionFilters = Example("convolution-filters", fetched: [Files.expressions]) { files in
    // snippet: the filters of a layer
    let model = try Model(contentsOf: files.expressions)
    let face = try Image(contentsOf: files.face)

    let places = try await Explainer(model, method: Method(parsing: "layer-cam:layer=add_1"), layer: "add_1")
    let strongest = try await places.attributions(of: face, eachOf: .top(12))
    let sheet = try Figure(sheet: strongest)

    let strokes = try await Explainer(model, method: .guided, layer: "add_1")
    let filter = try await strokes.attribution(of: face, target: .unit(14))
    // end
    try filter.figure().rendered().write(to: files.image("convolution-filter.jpg"), quality: 90)
    try sheet.rendered().write(to: files.image("convolution-filters.jpg"), quality: 90)
  }
}
