import SaliencyCore

extension OperatorTable {
  static let slices: [String: OperatorImport] = [
    "Concat": { node throws(ImportFailure) in
      let values = try node.allValues()
      guard let first = values.first else { throw .invalid("it has no operands") }
      let axis = try node.axis(default: 0, of: first.shape)
      return [.computed(values.count == 1 ? first : node.builder.append(Concatenation(axis: axis), values))]
    },
    "Split": split,
    "Slice": { node throws(ImportFailure) in
      let input = try node.value(0)
      return [.computed(input.applying(try slice(node, input.shape)))]
    },
    "Gather": { node throws(ImportFailure) in
      let input = try node.value(0)
      let shape = input.shape
      let axis = try node.axis(default: 0, of: shape)
      guard try node.input(1).numbers != nil else {
        // Positions that depend on the input pick single elements, those along the other axes all alike.
        let (outer, inner) = (shape[..<axis].reduce(1, *), shape[(axis + 1)...].reduce(1, *))
        let positions = fromStart(try node.value(1), extent: shape[axis])
        let result = Shape(shape[..<axis]) + positions.shape + shape[(axis + 1)...]
        let count = positions.shape.elementCount
        return [
          .computed(
            input.reshaped(to: [outer, shape[axis], inner])
              .applying(
                AxisGather(axis: 1),
                positions.reshaped(to: [1, count, 1]).broadcast(to: [outer, count, inner])
              ).reshaped(to: result))
        ]
      }
      let indices = try node.numbers(1, "the indices")
      let positions = try node.positions(indices, extent: shape[axis], axis: axis)
      let result = Shape(shape[..<axis]) + indices.shape + shape[(axis + 1)...]
      if positions.count == 1 {
        return [.computed(input.sliced(axis: axis, from: positions[0], count: 1).reshaped(to: result))]
      }
      return [.computed(input.gathered(positions.map(Int32.init), along: axis).reshaped(to: result))]
    },
  ]

  private static let split: OperatorImport = { node throws(ImportFailure) in
    let input = try node.value(0)
    return try splits(node, input.shape).map {
      .computed($0.counts == input.shape ? input : input.applying($0))
    }
  }

  /// The parts that `Split` divides a tensor into.
  static func splits(_ node: NodeImport, _ shape: Shape) throws(ImportFailure) -> [Slice] {
    let axis = try node.axis(default: 0, of: shape)
    let extent = shape[axis]
    let parts = node.node.output.count
    var sizes = try node.integers(attribute: "split", orInput: 1) ?? []
    if sizes.isEmpty {
      guard parts > 0 else { throw .invalid("it has no outputs") }
      let size = (extent + parts - 1) / parts
      sizes = (0..<parts).map { max(0, min(size, extent - $0 * size)) }
    }
    guard sizes.count == parts, sizes.allSatisfy({ 0...extent ~= $0 }), sizes.reduce(0, +) == extent else {
      throw ImportFailure(
        .shapeMismatch,
        "parts of \(sizes) do not divide axis \(axis) of \(shape.text) into \(parts) outputs")
    }
    var start = 0
    return sizes.map { size in
      defer { start += size }
      var (starts, counts) = (shape.map { _ in 0 }, shape)
      (starts[axis], counts[axis]) = (start, size)
      return Slice(starts: starts, counts: counts, steps: shape.map { _ in 1 })
    }
  }

  /// ONNX's slice in terms of ours: limits counted from the end, cut to the tensor, with positive or negative steps.
  static func slice(_ node: NodeImport, _ shape: Shape) throws(ImportFailure) -> Slice {
    let starts = try node.integers(attribute: "starts", orInput: 1) ?? []
    let ends = try node.integers(attribute: "ends", orInput: 2) ?? []
    let given = try node.integers(attribute: "axes", orInput: 3) ?? Array(0..<starts.count)
    let axes = try node.resolve(given, in: shape)
    let steps = node.has(4) ? try node.integers(4, "the steps") : [Int](repeating: 1, count: axes.count)
    guard starts.count == axes.count, ends.count == axes.count, steps.count == axes.count else {
      throw .invalid("starts, ends, axes and steps have to be of one length")
    }
    var slice = (starts: [Int](repeating: 0, count: shape.count), counts: shape)
    var allSteps = [Int](repeating: 1, count: shape.count)
    for (position, axis) in axes.enumerated() {
      let extent = shape[axis]
      let step = steps[position]
      guard step != 0 else { throw .invalid("a step of \(step) is not possible") }
      func limit(_ value: Int, _ range: ClosedRange<Int>) -> Int {
        let absolute = value < 0 ? value.addingReportingOverflow(extent).partialValue : value
        return min(max(absolute, range.lowerBound), range.upperBound)
      }
      let forward = step > 0
      let start = limit(starts[position], forward ? 0...extent : 0...max(extent - 1, 0))
      // An end of −extent − 1 or less means "before the first element" when walking backwards.
      let end = forward ? limit(ends[position], 0...extent) : limit(ends[position], -1...max(extent - 1, -1))
      let distance = forward ? end - start : start - end
      let stride = step.clamped(to: 1 << 32).magnitude
      slice.starts[axis] = distance > 0 ? start : 0
      slice.counts[axis] = distance > 0 && extent > 0 ? (distance - 1) / Int(stride) + 1 : 0
      allSteps[axis] = step.clamped(to: 1 << 32)
    }
    return Slice(starts: slice.starts, counts: slice.counts, steps: allSteps)
  }
}

extension Int {
  /// The number, cut to ±`limit`.
  func clamped(to limit: Int) -> Int { Swift.min(Swift.max(self, -limit), limit) }
}
