import Saliency

extension Example {
  /// What drives filter 13 of a layer, and the strongest filters of the layer on one sheet.
  static let convolutionFilters = Example("convolution-filters", fetched: [Files.expressions]) { files in
    // snippet: the filters of a layer
    let model = try Model(contentsOf: files.expressions)
    let face = try Image(contentsOf: files.face)
    let explainer = try await Explainer(model, method: .guided, layer: "separable_conv2d_2")

    let filter = try await explainer.attribution(of: face, target: .unit(13))
    let strongest = try await explainer.attributions(of: face, eachOf: .top(16))
    let sheet = try Figure(sheet: strongest, showsPicture: false)
    // end
    try filter.figure().rendered().write(to: files.picture("convolution-filter.jpg"), quality: 90)
    try sheet.rendered().write(to: files.picture("convolution-filters.jpg"), quality: 90)
  }
}
