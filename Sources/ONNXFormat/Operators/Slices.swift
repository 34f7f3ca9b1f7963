import SaliencyCore

extension OperatorTable {
  static let slices: [OperatorDefinition] = [
    .init(
      "Concat", operands: 1...Int.max, integers: .carried, trace: .junction,
      fold: Fold { node, x throws(ImportFailure) in
        guard let first = x.first else { return nil }
        let axis = try node.axis(default: 0, of: first.shape)
        var shape = first.shape
        shape[axis] = 0
        for operand in x {
          var aligned = operand.shape
          if aligned.indices.contains(axis) { aligned[axis] = first.shape[axis] }
          guard aligned == first.shape else {
            throw ImportFailure(
              .shapeMismatch, "\(first.shape.text) and \(operand.shape.text) differ in more than axis \(axis)"
            )
          }
          shape[axis] += operand.shape[axis]
        }
        let outer = shape[..<axis].reduce(1, *)
        var values: [Double] = []
        for block in 0..<outer {
          for operand in x {
            let count = operand.shape[axis...].reduce(1, *)
            values += operand.values[block * count..<(block + 1) * count]
          }
        }
        return [Numbers(shape: shape, values: values, type: first.type)]
      },
      import: { node throws(ImportFailure) in
        let values = try node.allValues()
        guard let first = values.first else { throw .invalid("it has no operands") }
        let axis = try node.axis(default: 0, of: first.shape)
        return [.computed(values.count == 1 ? first : node.builder.append(Concatenation(axis: axis), values))]
      }),
    .init(
      "Split", operands: 1...2, integers: .carried, trace: .division,
      fold: Fold { node, x throws(ImportFailure) in
        try splits(node, x[0].shape).map { x[0].sliced($0) }
      },
      import: split),
    .init(
      "Slice", operands: 1...5, integers: .carried, trace: .pick(slicedChannels),
      fold: Fold(takesGaps: true) { node, x throws(ImportFailure) in
        [x[0].sliced(try slice(node, x[0].shape))]
      },
      import: { node throws(ImportFailure) in
        let input = try node.value(0)
        return [.computed(input.applying(try slice(node, input.shape)))]
      }),
    .init(
      "Gather", operands: 2...2, integers: .carried, trace: .pick(gatheredChannels),
      fold: Fold { node, x throws(ImportFailure) in
        let shape = x[0].shape
        let axis = try node.axis(default: 0, of: shape)
        let indices = try node.positions(x[1], extent: shape[axis], axis: axis)
        let (outer, inner) = (shape[..<axis].reduce(1, *), shape[(axis + 1)...].reduce(1, *))
        let result = Shape(shape[..<axis]) + x[1].shape + shape[(axis + 1)...]
        guard result.checkedElementCount ?? .max <= Numbers.limit(for: x[0].type) else { return nil }
        var values: [Double] = []
        for block in 0..<outer {
          for index in indices {
            let start = (block * shape[axis] + index) * inner
            values += x[0].values[start..<start + inner]
          }
        }
        return [x[0].with(values, shape: result)]
      },
      import: { node throws(ImportFailure) in
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
      }),
  ]

  /// The channels that a gather picks.
  private static let gatheredChannels: InputTrace.Pick = { node, numbers in
    let axis = node.attribute.first { $0.name == "axis" }.map { Int($0.i) } ?? 0
    guard node.input.count == 2, let indices = numbers(node.input[1]) else { return nil }
    return (axis, indices.map { Int(exactly: $0) ?? -1 })
  }

  /// The channels that a slice picks: all of them backwards, or one.
  private static let slicedChannels: InputTrace.Pick = { node, numbers in
    guard node.input.count > 3, let start = numbers(node.input[1]), let end = numbers(node.input[2]),
      let axis = numbers(node.input[3]), start.count == 1, end.count == 1, axis.count == 1
    else { return nil }
    let step = node.input.count > 4 && !node.input[4].isEmpty ? numbers(node.input[4]) ?? [] : [1]
    guard let axis = Int(exactly: axis[0]), let first = Int(exactly: start[0]) else { return nil }
    if step == [-1], first == -1 || first >= 2, end[0] < -3 { return (axis, [2, 1, 0]) }
    return step == [1] && first >= 0 && end[0] == Double(first) + 1 ? (axis, [first]) : nil
  }

  private static let split: OperatorImport = { node throws(ImportFailure) in
    let input = try node.value(0)
    return try splits(node, input.shape).map {
      .computed($0.counts == input.shape ? input : input.applying($0))
    }
  }

  /// The parts that `Split` divides a tensor into.
  private static func splits(_ node: NodeImport, _ shape: Shape) throws(ImportFailure) -> [Slice] {
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
  private static func slice(_ node: NodeImport, _ shape: Shape) throws(ImportFailure) -> Slice {
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

extension NodeImport {
  /// Indices along an axis of `extent`, counted from the end where they are negative.
  func positions(_ indices: Numbers, extent: Int, axis: Int) throws(ImportFailure) -> [Int] {
    guard let integers = indices.integers else { throw .invalid("the indices have to be integers") }
    var positions: [Int] = []
    positions.reserveCapacity(integers.count)
    for index in integers {
      let position = index < 0 ? index &+ extent : index
      guard 0..<extent ~= position else {
        throw .invalid("index \(index) lies outside of axis \(axis) with its \(extent) elements")
      }
      positions.append(position)
    }
    return positions
  }
}
