import SaliencyCore

/// The outputs of a network that may be a detector, in a graph under construction.
struct DetectorOutputs {
  let network: Network
  let builder: GraphBuilder
  /// The outputs that can be computed, items×…; axes of one element between the others are left out.
  let values: [(name: String, value: Value)]
  /// The height and width of the input.
  let size: [Int]
  /// How many classes the file names; nil where it names none.
  let classCount: Int?
  /// Whether the input is made of images.
  let isOfImages: Bool
  /// What the file says of itself.
  var properties: [String: String] { network.fileNotes.properties }

  init(_ network: Network, _ builder: GraphBuilder) {
    (self.network, self.builder) = (network, builder)
    classCount = network.fileNotes.classCount
    let input = network.inputs.first?.shape ?? []
    isOfImages = input.count == 4
    if isOfImages {
      let layout = ImageLayout(of: input, default: network.channelsAreLast ? .channelsLast : .channelsFirst)
      size = layout.spatialAxes.map { input[$0] }
    } else {
      size = [1, 1]
    }
    let count = input.first ?? 1
    values = network.availableOutputs.map { port in
      let value = builder.value(at: port.node)
      var shape = value.shape
      if shape.first != count || shape.count < 2, count == 1 { shape.insert(1, at: 0) }
      while shape.count > 3, let axis = shape.indices.dropFirst(2).dropLast().first(where: { shape[$0] == 1 })
      {
        shape.remove(at: axis)
      }
      return (port.name, value.reshaped(to: shape))
    }
  }

  /// Whether PyTorch wrote the file, whose boxes begin with columns where ONNX's own begin with rows.
  var isFromTorch: Bool { network.fileNotes.producer.lowercased().contains("torch") }

  /// The outputs of three axes.
  var tables: [Value] { values.map(\.value).filter { $0.shape.count == 3 } }

  /// The names and shapes, for errors.
  var text: String {
    let outputs = network.outputs.map { output in
      "'\(output.name.printable())' "
        + (network.obstacle(to: output) == nil ? output.shape.text : "not computable")
    }
    return outputs.joined(separator: ", ")
  }

  /// The only output of three axes, or nil.
  var table: Value? { tables.count == 1 ? tables[0] : nil }

  /// Boxes×4 and classes of as many candidates, in two outputs: items×4×candidates and items×classes×candidates.
  var boxesAndClasses: (boxes: Value, classes: Value)? {
    let tables = values.filter { $0.value.shape.count == 3 }
    guard tables.count == 2 else { return nil }
    func isNamedBoxes(_ name: String) -> Bool {
      let name = name.lowercased()
      return name.contains("box") || name.contains("loc")
    }
    // Two outputs of four numbers are told by their names.
    let order = isNamedBoxes(tables[1].name) && !isNamedBoxes(tables[0].name) ? [1, 0] : [0, 1]
    for (first, second) in [(order[0], order[1]), (order[1], order[0])] {
      let (boxes, classes) = (tables[first].value, tables[second].value)
      guard boxes.shape[2] == 4, boxes.shape[0] == classes.shape[0] else { continue }
      let count = boxes.shape[1]
      if classes.shape[1] == count,
        classes.shape[2] != count || count == 4 || !isNamedBoxes(tables[second].name)
      {
        return (boxes.transposed([0, 2, 1]), classes.transposed([0, 2, 1]))
      }
      if classes.shape[2] == count { return (boxes.transposed([0, 2, 1]), classes) }
    }
    return nil
  }
}

/// The rows of a detector that has all numbers of a candidate in one output.
struct DetectorRows {
  /// Items×numbers×candidates.
  let value: Value
  let classes: Range<Int>
  /// Whether a number says that there is an object at all; it stands before the classes.
  let hasObjectness: Bool
  let origin: RoleOrigin

  var boxes: ActivatedPart { ActivatedPart(of: value, axis: 1, 0..<4) }
  var classScores: ActivatedPart { ActivatedPart(of: value, axis: 1, classes) }
  var objectness: ActivatedPart? {
    hasObjectness ? ActivatedPart(of: value, axis: 1, 4..<5) : nil
  }

  /// Whether the boxes come from convolutions as they are, without any arithmetic on them.
  var hasRawBoxes: Bool {
    value.sources(axis: 1, 0..<4).allSatisfy { value.builder.nodes[$0].operation is Convolution }
  }
}

extension DetectorOutputs {
  /// The only output of three axes as rows of a candidate's numbers: four of the box, objectness if there is such, and classes.
  ///
  /// The file's names of classes say where they begin, or what is behind a sigmoid of its own; where neither does, it is assumed.
  ///
  /// - Parameters:
  ///   - hasObjectness: what is wanted.
  ///   - isSaid: whether somebody says that they are such rows.
  func rows(hasObjectness: Bool, isSaid: Bool) -> DetectorRows? {
    guard let table, table.shape[1] > 1, table.shape[2] > 1 else { return nil }
    let first = hasObjectness ? 5 : 4
    var assumed: DetectorRows?
    // Rows with objectness usually have their numbers along the last axis, others along the second.
    for axis in hasObjectness ? [2, 1] : [1, 2] {
      let value = axis == 1 ? table : table.transposed([0, 2, 1])
      let extent = value.shape[1]
      guard extent > first else { continue }
      let shown = shows(value, hasObjectness)
      func rows(_ classes: Range<Int>, _ origin: RoleOrigin) -> DetectorRows {
        DetectorRows(value: value, classes: classes, hasObjectness: hasObjectness, origin: origin)
      }
      if let classCount {
        let classes = first..<first + classCount
        guard classes.upperBound <= extent else { continue }
        // Masks or key points stand behind the classes.
        let isWhole = classes.upperBound == extent
        if isSaid || (isWhole ? shown != false : shown == true) { return rows(classes, .file) }
      } else if shown == true, ActivatedPart(of: value, axis: 1, first..<extent).activation == .sigmoid {
        return rows(first..<extent, .proved)
      } else if isSaid || shown == nil && (axis == 2) == hasObjectness {
        assumed = assumed ?? rows(first..<extent, .assumed)
      }
    }
    return assumed
  }

  /// Whether the graph shows that the fifth of a candidate's numbers is or is not of a kind of its own; nil where it does not show anything.
  private func shows(_ value: Value, _ hasObjectness: Bool) -> Bool? {
    guard value.shape[1] > 4, ActivatedPart(of: value, axis: 1, 4..<5).activation == .sigmoid,
      ActivatedPart(of: value, axis: 1, 0..<4).activation == nil
    else { return nil }
    let fifth = value.sources(axis: 1, 4..<5)
    // One sigmoid gives objectness, classes and what the boxes are made of.
    let isShared = value.sources(axis: 1, 0..<4).contains { source in
      fifth.contains { !builder.value(at: source).path(from: builder.value(at: $0)).isEmpty }
    }
    let isApart = value.shape[1] > 5 && fifth.isDisjoint(with: value.sources(axis: 1, 5..<value.shape[1]))
    return (isShared || isApart) == hasObjectness
  }
}
