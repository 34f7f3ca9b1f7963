import FileAccess
import SaliencyCore

extension OperationTable {
  static let layouts: [String: Body] = [
    "Reshape": { call throws(LayerFailure) in
      let newShape = try call.integers("newshape")
      let given = try call.integers("shape", 1)
      guard let shape = newShape ?? given else {
        throw .unsupported("a shape that is computed is not supported")
      }
      return [try LayerTable.reshaped(try call.operand(), to: shape)]
    },
    "Ravel": unary { $0.reshaped(to: [$0.shape.elementCount]) },
    "Transpose": { call throws(LayerFailure) in
      let input = try call.operand()
      let axes = try call.integers("axes", 1) ?? input.shape.indices.reversed()
      let resolved = try axes.map { axis throws(LayerFailure) in try call.resolve(axis, in: input.shape) }
      guard resolved.sorted() == Array(input.shape.indices) else {
        throw .invalid("\(axes) is no order of the axes of \(input.shape.text)")
      }
      return [input.transposed(resolved)]
    },
    "Swapaxes": { call throws(LayerFailure) in
      let input = try call.operand()
      var order = Array(input.shape.indices)
      order.swapAt(
        try call.axis("axis1", 1, default: 0, of: input.shape),
        try call.axis("axis2", 2, default: 0, of: input.shape))
      return [input.transposed(order)]
    },
    "Moveaxis": { call throws(LayerFailure) in
      let input = try call.operand()
      let source = try call.integers("source", 1) ?? []
      let destination = try call.integers("destination", 2) ?? []
      guard source.count == destination.count else { throw .invalid("as many axes have to go as come") }
      let from = try source.map { axis throws(LayerFailure) in try call.resolve(axis, in: input.shape) }
      let to = try destination.map { axis throws(LayerFailure) in try call.resolve(axis, in: input.shape) }
      guard Set(from).count == from.count, Set(to).count == to.count else {
        throw .invalid("an axis is named twice")
      }
      var rest = input.shape.indices.filter { !from.contains($0) }[...]
      return [
        input.transposed(
          input.shape.indices.map { axis in to.firstIndex(of: axis).map { from[$0] } ?? rest.removeFirst() })
      ]
    },
    "ExpandDims": { call throws(LayerFailure) in
      let input = try call.operand()
      let axes = try call.integers("axis", 1) ?? []
      let rank = input.shape.count + axes.count
      guard rank <= 64 else { throw .invalid("\(axes.count) axes are too many") }
      let wide = [Int](repeating: 1, count: rank)
      let resolved = try axes.map { axis throws(LayerFailure) in try call.resolve(axis, in: wide) }
      guard Set(resolved).count == axes.count else { throw .invalid("axes \(axes) name one axis twice") }
      var rest = input.shape[...]
      return [input.reshaped(to: (0..<rank).map { resolved.contains($0) ? 1 : rest.removeFirst() })]
    },
    "Squeeze": { call throws(LayerFailure) in
      let input = try call.operand()
      let axes =
        call.parameter("axis", 1) == nil
        ? input.shape.indices.filter { input.shape[$0] == 1 } : try call.axes(of: input.shape)
      guard axes.allSatisfy({ input.shape[$0] == 1 }) else {
        throw LayerFailure(.shapeMismatch, "axes \(axes) of \(input.shape.text) are not all of extent 1")
      }
      return [input.reshaped(to: input.shape.indices.filter { !axes.contains($0) }.map { input.shape[$0] })]
    },
    "Concatenate": { call throws(LayerFailure) in
      let values = try call.operands()
      guard let first = values.first else { throw .invalid("it is called on no tensors") }
      let axis = try call.axis(default: 0, of: first.shape)
      return [values.count == 1 ? first : first.builder.append(Concatenation(axis: axis), values)]
    },
    "Stack": { call throws(LayerFailure) in
      let values = try call.operands()
      guard let first = values.first else { throw .invalid("it is called on no tensors") }
      let axis = try call.axis(default: 0, of: first.shape + [1])
      let parts = values.map { $0.shape.count >= axis ? $0.insertingAxis(axis) : $0 }
      return [parts.count == 1 ? parts[0] : first.builder.append(Concatenation(axis: axis), parts)]
    },
    "Split": { call throws(LayerFailure) in
      let input = try call.operand()
      let axis = try call.axis("axis", 2, default: 0, of: input.shape)
      let extent = input.shape[axis]
      guard let given = call.parameter("indices_or_sections", 1) else {
        throw .invalid("the sections are missing")
      }
      var starts = [0]
      if let count = given.integer {
        guard count >= 1, count <= 1 << 16, extent % count == 0 else {
          throw .invalid("\(extent) elements do not divide into \(count)")
        }
        starts = (0..<count).map { $0 * extent / count }
      } else {
        starts += try call.integers("indices_or_sections", 1) ?? []
      }
      let ends = starts.dropFirst() + [extent]
      guard zip(starts, ends).allSatisfy({ 0 <= $0 && $0 < $1 && $1 <= extent }) else {
        throw .invalid("the sections do not lie in \(extent) elements")
      }
      return zip(starts, ends).map { input.sliced(axis: axis, from: $0, count: $1 - $0) }
    },
    "GetItem": { call throws(LayerFailure) in
      guard let key = call.parameter("key", 1) else {
        throw .unsupported("an index that is computed is not supported")
      }
      return [try call.operand().indexed(by: key)]
    },
    "Take": { call throws(LayerFailure) in
      let input = try call.operand()
      let axis = try call.axis("axis", 2, default: 0, of: input.shape)
      guard let json = call.parameter("indices", 1), let array = NumberArray(json) else {
        throw .unsupported("indices that are computed are not supported")
      }
      let extent = input.shape[axis]
      let indices = try array.values.map { number throws(LayerFailure) in
        guard let index = Int(exactly: number), -extent..<extent ~= index else {
          throw .invalid("index \(number) lies outside of axis \(axis) of \(input.shape.text)")
        }
        return Int32(index < 0 ? index + extent : index)
      }
      let outer = input.shape[..<axis].reduce(1, *), inner = input.shape[(axis + 1)...].reduce(1, *)
      return [
        input.reshaped(to: [outer, extent, inner]).applying(Gather(indices: indices))
          .reshaped(to: Shape(input.shape[..<axis]) + array.shape + input.shape[(axis + 1)...])
      ]
    },
    "Flip": { call throws(LayerFailure) in
      let input = try call.operand()
      return [try call.axes(of: input.shape).reduce(input) { $0.reversed(axis: $1) }]
    },
    "Roll": { call throws(LayerFailure) in
      let input = try call.operand()
      guard let axis = try call.integer("axis", 2), let shift = try call.integer("shift", 1) else {
        throw .unsupported("rolling over all axes at once is not supported")
      }
      let resolved = try call.resolve(axis, in: input.shape)
      let extent = input.shape[resolved]
      let start = extent == 0 ? 0 : ((-shift % extent) + extent) % extent
      guard start > 0 else { return [input] }
      return [
        input.builder.append(
          Concatenation(axis: resolved),
          [
            input.sliced(axis: resolved, from: start, count: extent - start),
            input.sliced(axis: resolved, from: 0, count: start),
          ])
      ]
    },
    "Repeat": { call throws(LayerFailure) in
      let input = try call.operand()
      guard let axis = try call.integer("axis", 2), let count = try call.integer("repeats", 1),
        1...1 << 20 ~= count
      else { throw .unsupported("repeating is supported along an axis, by one number") }
      return [input.repeated(axis: try call.resolve(axis, in: input.shape), count: count)]
    },
    "Tile": { call throws(LayerFailure) in
      var result = try call.operand()
      let counts = try call.integers("repeats", 1) ?? []
      guard counts.count <= 12, counts.allSatisfy({ 1...1 << 20 ~= $0 }) else {
        throw .invalid("'repeats' is out of range")
      }
      let rank = max(counts.count, result.shape.count)
      result = result.reshaped(to: result.shape.padded(toRank: rank))
      for (axis, count) in counts.padded(toRank: rank).enumerated() where count > 1 {
        result = result.builder.append(Concatenation(axis: axis), [Value](repeating: result, count: count))
      }
      return [result]
    },
    "BroadcastTo": { call throws(LayerFailure) in
      let input = try call.operand()
      guard let shape = try call.integers("shape", 1), input.shape.broadcast(with: shape) == shape else {
        throw LayerFailure(
          .shapeMismatch, "\(input.shape.text) cannot be broadcast to the shape that is asked for")
      }
      return [input.broadcast(to: shape)]
    },
    "Pad": { call throws(LayerFailure) in
      let input = try call.operand()
      guard (call.parameter("mode", 2)?.text ?? "constant").lowercased() == "constant" else {
        throw .unsupported("padding with anything but a constant is not supported")
      }
      let pairs = call.parameter("pad_width", 1)?.array ?? []
      let widths = pairs.compactMap { $0.array?.compactMap(\.integer) }
      guard widths.count == input.shape.count,
        widths.allSatisfy({ $0.count == 2 && $0.allSatisfy { 0...1 << 24 ~= $0 } })
      else { throw .invalid("'pad_width' has to be given for \(input.shape.count) axes") }
      return [
        input.applying(
          Padding(
            before: widths.map { $0[0] }, after: widths.map { $0[1] },
            value: call.number("constant_values") ?? 0))
      ]
    },
  ]
}

extension Value {
  /// The value indexed as NumPy does, by whole numbers, slices, an ellipsis and new axes.
  fileprivate func indexed(by key: JSONValue) throws(LayerFailure) -> Value {
    let items = key.array ?? [key]
    let isNew = { (item: JSONValue) in item == .null }
    let isEllipsis = { (item: JSONValue) in item["class_name"]?.text == "__ellipsis__" }
    let consumed = items.filter { !isNew($0) && !isEllipsis($0) }.count
    guard consumed <= shape.count, items.filter(isEllipsis).count <= 1 else {
      throw .invalid("an index of \(items.count) parts does not fit a tensor of \(shape.text)")
    }
    var starts: [Int] = [], counts: [Int] = [], steps: [Int] = [], result = Shape()
    var axis = 0
    func takeAll(_ number: Int) {
      for _ in 0..<number {
        starts.append(0)
        counts.append(shape[axis])
        steps.append(1)
        result.append(shape[axis])
        axis += 1
      }
    }
    for item in items {
      if isNew(item) {
        result.append(1)
      } else if isEllipsis(item) {
        takeAll(shape.count - consumed)
      } else if let index = item.integer {
        let resolved = index < 0 ? index + shape[axis] : index
        guard 0..<shape[axis] ~= resolved else {
          throw .invalid("index \(index) lies outside of axis \(axis) of \(shape.text)")
        }
        starts.append(resolved)
        counts.append(1)
        steps.append(1)
        axis += 1
      } else if item["class_name"]?.text == "__slice__", let slice = item["config"] {
        let (start, count, step) = try Self.range(slice, extent: shape[axis])
        starts.append(start)
        counts.append(count)
        steps.append(step)
        result.append(count)
        axis += 1
      } else {
        throw .unsupported("an index that is neither a number nor a slice is not supported")
      }
    }
    takeAll(shape.count - axis)
    return applying(Slice(starts: starts, counts: counts, steps: steps)).reshaped(to: result)
  }

  /// Python's `start:stop:step` on `extent` elements.
  private static func range(
    _ slice: JSONValue, extent: Int
  ) throws(LayerFailure) -> (start: Int, count: Int, step: Int) {
    let step = slice["step"]?.integer ?? 1
    guard step != 0, step.magnitude <= 1 << 30 else { throw .invalid("a slice has a step of \(step)") }
    func bound(_ key: String, _ fallback: Int) -> Int {
      guard let given = slice[key]?.integer else { return fallback }
      let resolved = given < 0 ? given.addingReportingOverflow(extent).0 : given
      return step > 0 ? min(max(resolved, 0), extent) : min(max(resolved, -1), extent - 1)
    }
    let start = bound("start", step > 0 ? 0 : extent - 1)
    let stop = bound("stop", step > 0 ? extent : -1)
    let count =
      step > 0 ? max(0, (stop - start + step - 1) / step) : max(0, (start - stop - step - 1) / -step)
    return (count == 0 ? 0 : start, count, step)
  }
}
