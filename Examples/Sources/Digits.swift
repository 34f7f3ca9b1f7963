import Saliency

extension Example {
  /// The ten classes of a digit by three methods.
  static let digits = Example("digits") { files in
    // snippet: ten classes and three methods
    let model = try Model(contentsOf: files.model("digits.keras"))
    var columns: [[Figure.Panel]] = []
    for digit in 0..<10 {
      let picture = try Image(contentsOf: files.data("digit-\(digit).png"))
      var column = [Figure.Panel(image: picture)]
      for method in Method.backpropagations {
        let explainer = try await Explainer(model, method: method)
        let attribution = try await explainer.attribution(of: picture, target: .unit(digit))
        column.append(Figure.Panel(image: try attribution.mapPicture()))
      }
      columns.append(column)
    }
    let rows = (0..<4).map { row in columns.map { $0[row] } }
    let figure = try Figure(
      comparing: rows, rowTitles: ["input"] + Method.backpropagations.map(\.name),
      columnTitles: (0..<10).map(String.init))
    // end
    try figure.rendered().write(to: files.picture("digits.png"))
  }
}
