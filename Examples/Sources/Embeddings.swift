import Saliency
import SaliencyCore

extension Example {
  /// What makes a seven like a one, and what like a nine.
  static let embeddings = Example("embeddings") { files in
    // snippet: likeness
    let model = try Model(contentsOf: files.model("digits.keras"))
    let seven = try Image(contentsOf: files.data("digit-7.png"))
    let preprocessing = try model.preprocessing()
    var maps: [Attribution] = []
    for other in ["digit-1", "digit-9"] {
      let reference = try preprocessing.tensor(of: Image(contentsOf: files.data(other + ".png")))
      let loss = try await model.similarity(to: reference, layer: "dense", named: other)
      let question = Question(losses: [(loss, 1)], method: Method(IntegratedGradients()))
      maps.append(try await Explainer(model, question).attribution(of: seven))
    }
    // end
    let panels = try maps.map { try $0.panel(caption: "\($0.losses[0].values[0].rounded(to: 3))") }
    let figure = try Figure(
      comparing: [panels], columnTitles: ["like a 1", "like a 9"],
      image: Figure.Panel(title: "input", image: seven),
      caption:
        "cosine similarity at layer dense · integrated-gradients · digits.keras · each map is scaled by itself"
    )
    try figure.rendered().write(to: files.image("embeddings.png"))
  }
}

extension Float {
  /// The number with a few digits behind the point.
  fileprivate func rounded(to digits: Int) -> Float {
    let factor = (0..<digits).reduce(Float(1)) { factor, _ in factor * 10 }
    return (self * factor).rounded() / factor
  }
}
