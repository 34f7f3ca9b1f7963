import Saliency
import SaliencyCore

extension Example {
  /// A backpropagation of one's own: units pass on the more the more active they are.
  static let customModifier = Example("custom-modifier", fetched: [Files.classifier]) { files in
    let model = try Model(contentsOf: files.classifier)
    let labels = try Labels(contentsOf: files.classes)
    let image = try Image(contentsOf: files.cat)
    // snippet: a modifier of one's own
    let weighted = BackpropRule("weighted by activity") { operation, _, output, gradient in
      guard operation is Rectifier else { return nil }
      let mean = output.mean(Array(output.shape.indices.dropFirst()))
      return [gradient.rectified() * output / (mean + 1e-6)]
    }
    var rows: [[Attribution]] = []
    for method in [Method.gradient, .guided, .custom(weighted)] {
      let explainer = try await Explainer(model, method: method)
      rows.append([try await explainer.attribution(of: image, labels: labels)])
    }
    let figure = try Figure(comparing: rows)
    // end
    try figure.rendered().write(to: files.image("custom-modifier.jpg"), quality: 85)
  }
}
