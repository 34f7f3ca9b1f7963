import SaliencyCore

extension OperatorTable {
  static let paddings: [OperatorDefinition] = [
    .init(
      "Pad", operands: 1...4, integers: .carried,
      fold: Fold(takesGaps: true) { node, x throws(ImportFailure) in
        let (before, after) = try paddingAmounts(node, x[0].shape)
        let mode = try node.text("mode") ?? "constant"
        let shape = x[0].shape.indices.map { x[0].shape[$0] + before[$0] + after[$0] }
        guard shape.allSatisfy({ $0 >= 0 }), let count = shape.checkedElementCount,
          count <= Numbers.limit(for: x[0].type)
        else { return nil }
        if mode == "constant" {
          let fill = x.count > 2 ? x[2].values.first ?? 0 : Double(try node.number("value", default: 0))
          return [x[0].framed(starts: before.map { -$0 }, shape: shape, fill: fill)]
        }
        guard x[0].shape.allSatisfy({ $0 > 0 }), ["edge", "reflect", "wrap"].contains(mode) else {
          return nil
        }
        var result = x[0]
        for axis in shape.indices {
          let extent = result.shape[axis]
          let (bases, step, _) = result.rows(along: axis)
          var target = result.shape
          target[axis] = shape[axis]
          var padded = result.with([Double](repeating: 0, count: target.elementCount), shape: target)
          for (base, place) in zip(bases, padded.rows(along: axis).bases) {
            for index in 0..<shape[axis] {
              let source = edgeIndex(index - before[axis], extent, mode)
              padded.values[place + index * step] = result.values[base + source * step]
            }
          }
          result = padded
        }
        return [result]
      },
      import: { node throws(ImportFailure) in
        let input = try node.value(0)
        let (before, after) = try paddingAmounts(node, input.shape)
        switch try node.text("mode") ?? "constant" {
        case "constant":
          let value = try node.number(attribute: "value", orInput: 2) ?? 0
          if (before + after).allSatisfy({ $0 == 0 }) { return [.computed(input)] }
          return [.computed(input.applying(Padding(before: before, after: after, value: value)))]
        case let mode:
          guard let edge = Edge(rawValue: mode) else {
            throw .unsupported(
              "padding mode '\(mode)' is not supported; constant, edge, reflect and wrap are")
          }
          return [.computed(try padded(input, before, after, edge))]
        }
      })
  ]

  /// How many elements are added before and after each axis.
  private static func paddingAmounts(
    _ node: NodeImport, _ shape: Shape
  ) throws(ImportFailure) -> (before: [Int], after: [Int]) {
    let pads = try node.integers(attribute: "pads", orInput: 1) ?? []
    let axes =
      node.has(3) ? try node.resolve(node.integers(3, "the axes"), in: shape) : Array(shape.indices)
    guard pads.count == 2 * axes.count else {
      throw .invalid("pads has to have \(2 * axes.count) entries, not \(pads.count)")
    }
    guard pads.allSatisfy({ $0.magnitude <= 1 << 32 }) else {
      throw .invalid("pads of \(pads) are too large")
    }
    var before = [Int](repeating: 0, count: shape.count)
    var after = before
    for (position, axis) in axes.enumerated() {
      before[axis] = pads[position]
      after[axis] = pads[axes.count + position]
    }
    return (before, after)
  }

  /// What stands around a tensor that is padded with its own elements.
  private enum Edge: String {
    /// The outermost element again and again.
    case edge
    /// The elements mirrored at the outermost one, which is not repeated.
    case reflect
    /// The elements from the other end.
    case wrap
  }

  private static func padded(
    _ input: Value, _ before: [Int], _ after: [Int], _ edge: Edge
  ) throws(ImportFailure) -> Value {
    let crop = Padding(before: before.map { min($0, 0) }, after: after.map { min($0, 0) })
    var result = (before + after).contains { $0 < 0 } ? input.applying(crop) : input
    for axis in result.shape.indices {
      let (front, back) = (max(before[axis], 0), max(after[axis], 0))
      let extent = result.shape[axis]
      let limit =
        switch edge {
        case .edge: extent > 0 ? Int.max : 0
        case .reflect: max(extent - 1, 0)
        case .wrap: extent
        }
      guard front <= limit, back <= limit else {
        throw .invalid(
          "\(max(front, back)) elements are more than mode '\(edge)' can add to an axis of \(extent)")
      }
      let source = result
      func part(_ start: Int, _ count: Int, step: Int = 1) -> Value? {
        guard count > 0 else { return nil }
        var (starts, counts) = ([Int](repeating: 0, count: source.shape.count), source.shape)
        var steps = [Int](repeating: 1, count: source.shape.count)
        (starts[axis], counts[axis], steps[axis]) = (start, count, step)
        return source.applying(Slice(starts: starts, counts: counts, steps: steps))
      }
      func repeated(_ position: Int, _ count: Int) -> Value? {
        guard count > 0 else { return nil }
        var shape = source.shape
        shape[axis] = count
        return part(position, 1)?.broadcast(to: shape)
      }
      let parts: [Value?] =
        switch edge {
        case .edge: [repeated(0, front), source, repeated(extent - 1, back)]
        case .reflect: [part(front, front, step: -1), source, part(extent - 2, back, step: -1)]
        case .wrap: [part(extent - front, front), source, part(0, back)]
        }
      if front + back > 0 {
        result = source.builder.append(Concatenation(axis: axis), parts.compactMap { $0 })
      }
    }
    return result
  }

  /// Which element of an axis stands at a place beside it.
  private static func edgeIndex(_ index: Int, _ extent: Int, _ mode: String) -> Int {
    func wrapped(_ index: Int, _ period: Int) -> Int {
      let remainder = index % period
      return remainder < 0 ? remainder + period : remainder
    }
    switch mode {
    case "edge": return min(max(index, 0), extent - 1)
    case "wrap": return wrapped(index, extent)
    default:
      guard extent > 1 else { return 0 }
      let position = wrapped(index, 2 * (extent - 1))
      return position < extent ? position : 2 * (extent - 1) - position
    }
  }
}
