import Saliency

extension Example {
  /// What classes and filters look for, and a dream.
  static let maximizingActivations = Example(
    "maximizing-activations", fetched: [Files.classifier], isReproducible: false
  ) { files in
    let model = try Model(contentsOf: files.classifier)
    let labels = try Labels(contentsOf: files.classes)
    var panels: [Figure.Panel] = []
    for name in ["tabby", "goldfish", "daisy", "pineapple"] {
      let target = try Target(parsing: name)
      let result = try await ActivationMaximization().maximize(target, in: model, labels: labels)
      panels.append(Figure.Panel(title: name, image: result.image!))
    }
    for (layer, filter) in [
      ("blocks.2.add", 3), ("blocks.4.add", 10), ("blocks.7.add", 5), ("blocks.10.add", 20),
    ] {
      let result = try await ActivationMaximization().maximize(
        .unit(filter), in: model, layer: .name(layer))
      panels.append(Figure.Panel(title: "\(layer):\(filter)", image: result.image!))
    }
    let sheet = try Figure(sheet: panels, columns: 4)
    try sheet.rendered().write(to: files.image("maximized.jpg"), quality: 90)

    let dream = ActivationMaximization.deepDream(on: try Image(contentsOf: files.cat))
    let dreamt = try await dream.maximize([(.meanSquare(of: "blocks.9.add"), weight: 1)], in: model)
    try dreamt.image!.write(to: files.image("dream.jpg"), quality: 90)
  }
}
