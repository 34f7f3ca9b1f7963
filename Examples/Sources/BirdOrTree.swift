import Saliency

extension Example {
  /// Does the network see the bird or the tree behind it?
  static let birdOrTree = Example("bird-or-tree") { files in
    // snippet: the bird or the tree
    let names = ["bird-tree", "bird-house", "cat-tree", "cat-house"].flatMap { kind in
      (1...6).map { "\(kind)-\($0)" }
    }
    var columns: [[Figure.Panel]] = []
    var shares: [String] = []
    for training in ["confounded", "clean"] {
      let model = try Model(contentsOf: files.model("bird-or-tree-\(training).onnx"))
      let labels = try Labels(contentsOf: files.model("bird-or-tree-\(training)-labels.json"))
      let explainer = try await Explainer(model)
      var column: [Figure.Panel] = []
      var sum = 0.0
      for name in names {
        let image = try Image(contentsOf: files.data("bird-or-tree/\(name).png"))
        let mask = try Image(contentsOf: files.data("bird-or-tree/\(name)-mask.png"))
        let attribution = try await explainer.attribution(of: image, labels: labels)
        let share = try attribution.share(inside: mask)
        let answer = attribution.units[0][0].name ?? ""
        column.append(try attribution.panel(caption: "“\(answer)”, \(Int(100 * share)) % inside"))
        sum += share
      }
      columns.append(column)
      shares.append("\(training) \(Int((100 * sum / Double(names.count)).rounded())) %")
    }
    let caption = "mean share inside the animal, \(names.count) images: " + shares.joined(separator: ", ")
    // end
    let shown = ["bird-tree-1", "bird-house-1", "cat-tree-1", "cat-house-3"]
    let rows = try shown.map { name in
      let index = names.firstIndex(of: name)!
      let image = try Image(contentsOf: files.data("bird-or-tree/\(name).png"))
      return [Figure.Panel(image: image)] + columns.map { $0[index] }
    }
    let figure = try Figure(
      comparing: rows, columnTitles: ["image", "trained on confounded data", "trained on clean data"],
      caption: caption, panelSides: 192...224)
    try figure.rendered().write(to: files.image("bird-or-tree.png"))
  }
}
