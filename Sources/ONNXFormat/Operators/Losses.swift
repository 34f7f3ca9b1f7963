import SaliencyCore

extension OperatorTable {
  static let losses: [OperatorDefinition] = [
    .init("NegativeLogLikelihoodLoss", since: 12, operands: 2...3) { node throws(ImportFailure) in
      [try loss(node, try node.value(0))]
    },
    .init("SoftmaxCrossEntropyLoss", since: 12, operands: 2...3) { node throws(ImportFailure) in
      let scores = try node.value(0)
      guard scores.shape.count >= 2 else { throw .invalid("\(scores.shape.text) has no classes") }
      let logarithms = scores.applying(LogSoftmax(axis: 1))
      return [try loss(node, logarithms), .computed(logarithms)]
    },
  ]

  /// The weighted logarithms of the labels' probabilities, whose labels are constant.
  private static func loss(_ node: NodeImport, _ logarithms: Value) throws(ImportFailure) -> ImportedValue {
    let shape = logarithms.shape
    guard shape.count >= 2, try node.input(1).shape == [shape[0]] + shape[2...] else {
      throw ImportFailure(
        .shapeMismatch, "labels of \(try node.input(1).shape.text) do not fit \(shape.text)")
    }
    let labels = try node.integers(1, "the labels")
    let ignored = try node.integer("ignore_index")
    let (classes, inner) = (shape[1], shape[2...].reduce(1, *))
    var places: [Int32] = []
    var chosen: [Int32] = []
    for (position, label) in labels.enumerated() {
      if label == ignored {
        places.append(-1)
        chosen.append(-1)
        continue
      }
      guard 0..<classes ~= label else { throw .invalid("label \(label) is none of \(classes) classes") }
      places.append(Int32((position / inner * classes + label) * inner + position % inner))
      chosen.append(Int32(label))
    }
    let target = [shape[0]] + shape[2...]
    var losses = -logarithms.gathered(places, shape: target)
    let weights: Value
    if node.has(2) {
      weights = try node.value(2).gathered(chosen, along: 0).reshaped(to: target)
      losses = losses * weights
    } else {
      weights = node.builder.constant(Tensor(shape: target, values: chosen.map { $0 < 0 ? 0 : 1 }))
    }
    let axes = Array(target.indices)
    switch try node.text("reduction") ?? "mean" {
    case "none": return .computed(losses)
    case "sum": return .computed(losses.sum(axes, keepsAxes: false))
    case "mean": return .computed(losses.sum(axes, keepsAxes: false) / weights.sum(axes, keepsAxes: false))
    case let name: throw .invalid("reduction '\(name)' does not exist")
    }
  }
}
