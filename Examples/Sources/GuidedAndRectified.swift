import Saliency

extension Example {
  /// The three built-in ways back, on a face.
  static let guidedAndRectified = Example("guided-and-rectified", fetched: [Files.expressions]) { files in
    // snippet: methods side by side
    let model = try Model(contentsOf: files.expressions)
    let labels = try Labels(contentsOf: files.expressionNames)
    let face = try Image(contentsOf: files.face)

    var rows: [[Attribution]] = []
    for method in Method.backpropagations {
      let explainer = try await Explainer(model, method: method)
      rows.append([try await explainer.attribution(of: face, target: .top, labels: labels)])
    }
    let figure = try Figure(comparing: rows)
    // end
    try figure.rendered().write(to: files.image("guided-and-rectified.png"))
  }
}
