import SaliencyCore

extension OperatorTable {
  /// Operators that give elements of their first operand and zeros, by place.
  static let rearrangements: [OperatorDefinition] = [
    .rearrangement(
      "GatherElements", since: 11, operands: 2...2, fold: .gatherElements, computed: computedGather),
    .rearrangement("GatherND", since: 11, operands: 2...2, fold: .gatherND),
    .rearrangement(
      "Tile", operands: 2...3,
      fold: Fold { node, x throws(ImportFailure) in
        let shape = x[0].shape
        guard let repeats = x[1].integers, repeats.count == shape.count,
          repeats.allSatisfy({ 0...(1 << 30) ~= $0 })
        else { throw .invalid("the repeats have to be one for each axis of \(shape.text)") }
        let parts = zip(repeats, shape).flatMap { [$0, $1] }
        guard parts.checkedElementCount ?? .max <= 1 << 26 else { return nil }
        let strides = x[0].strides.flatMap { [0, $0] }
        return [
          x[0].with(x[0].walked(parts, strides: strides).values, shape: zip(repeats, shape).map { $0 * $1 })
        ]
      }),
    .rearrangement(
      "ReverseSequence", since: 10, operands: 2...2,
      fold: Fold { node, x throws(ImportFailure) in
        let batchAxis = try node.axis("batch_axis", default: 1, of: x[0].shape)
        let timeAxis = try node.axis("time_axis", default: 0, of: x[0].shape)
        let shape = x[0].shape
        guard let lengths = x[1].integers, lengths.count == shape[batchAxis], batchAxis != timeAxis,
          lengths.allSatisfy({ 0...shape[timeAxis] ~= $0 })
        else { throw .invalid("the lengths do not fit the batches and steps of \(shape.text)") }
        let strides = x[0].strides
        let indices = Numbers.places(shape, strides: strides)
        return [
          x[0].with(
            indices.map { place in
              let (batch, time) = (
                place / strides[batchAxis] % shape[batchAxis], place / strides[timeAxis] % shape[timeAxis]
              )
              guard time < lengths[batch] else { return x[0].values[place] }
              return x[0].values[place + (lengths[batch] - 1 - 2 * time) * strides[timeAxis]]
            })
        ]
      }),
    .rearrangement(
      "Trilu", since: 14, operands: 1...2,
      fold: Fold { node, x throws(ImportFailure) in
        guard x[0].shape.count >= 2 else { throw .invalid("\(x[0].shape.text) has no matrices") }
        let diagonal = x.count > 1 ? x[1].integers?.first ?? 0 : 0
        let isUpper = try node.flag("upper", default: true)
        let (rows, columns) = (x[0].shape[x[0].shape.count - 2], x[0].shape[x[0].shape.count - 1])
        return [
          x[0].with(
            x[0].values.enumerated().map { place, value in
              let (row, column) = (place / columns % rows, place % columns)
              let offset = (column - row).subtractingReportingOverflow(diagonal)
              if offset.overflow { return (diagonal < 0) == isUpper ? value : 0 }
              return (isUpper ? offset.partialValue >= 0 : offset.partialValue <= 0) ? value : 0
            })
        ]
      }),
    .rearrangement(
      "Compress", since: 9, operands: 2...2,
      fold: Fold { node, x throws(ImportFailure) in
        let flat = try node.integer("axis") == nil
        let data = flat ? x[0].with(x[0].values, shape: [x[0].values.count]) : x[0]
        let axis = flat ? 0 : try node.axis(default: 0, of: data.shape)
        let kept = x[1].values.indices.filter { x[1].values[$0] != 0 }
        guard kept.allSatisfy({ $0 < data.shape[axis] }) else {
          throw .invalid("the condition is longer than axis \(axis) of \(data.shape.text)")
        }
        let (outer, inner) = (data.shape[..<axis].reduce(1, *), data.shape[(axis + 1)...].reduce(1, *))
        var values: [Double] = []
        for block in 0..<outer {
          for index in kept {
            let start = (block * data.shape[axis] + index) * inner
            values += data.values[start..<start + inner]
          }
        }
        var shape = data.shape
        shape[axis] = kept.count
        return [x[0].with(values, shape: shape)]
      }),
    .rearrangement(
      "CenterCropPad", since: 18, operands: 2...2,
      fold: Fold { node, x throws(ImportFailure) in
        let axes = try node.integers("axes").map { axes throws(ImportFailure) in
          try node.resolve(axes, in: x[0].shape)
        }
        let chosen = axes ?? Array(x[0].shape.indices)
        guard let extents = x[1].integers, extents.count == chosen.count,
          extents.allSatisfy({ 0...(1 << 24) ~= $0 })
        else { throw .invalid("the shape has to have one extent for each of \(chosen.count) axes") }
        var (shape, starts) = (x[0].shape, x[0].shape.map { _ in 0 })
        for (axis, extent) in zip(chosen, extents) {
          // A crop begins at the rounded-down half of what is too much, and so does padding of what is missing.
          let difference = shape[axis] - extent
          starts[axis] = difference >= 0 ? difference / 2 : -(-difference / 2)
          shape[axis] = extent
        }
        guard shape.checkedElementCount ?? .max <= 1 << 26 else { return nil }
        return [x[0].framed(starts: starts, shape: shape, fill: 0)]
      }),
  ]

  /// A gather of single elements whose positions depend on the input.
  private static func computedGather(_ node: NodeImport, _ input: Value) throws(ImportFailure) -> Value {
    let axis = try node.axis(default: 0, of: input.shape)
    var shape = input.shape
    let positions = try node.value(1)
    guard positions.shape.count == shape.count else {
      throw ImportFailure(.shapeMismatch, "\(positions.shape.text) does not fit \(shape.text)")
    }
    shape[axis] = positions.shape[axis]
    guard shape == positions.shape else {
      throw .unsupported("indices that depend on the input have to cover all of \(input.shape.text)")
    }
    return input.applying(AxisGather(axis: axis), fromStart(positions, extent: input.shape[axis]))
  }

  /// Positions that depend on the input, counted from the start where they are negative.
  static func fromStart(_ positions: Value, extent: Int) -> Value {
    let zero = positions.builder.constant(Tensor(0))
    return positions + positions.applying(Comparison(.less), zero) * Float(extent)
  }
}

extension OperatorDefinition {
  /// An operator that moves elements by place.
  ///
  /// Numbers are moved by the fold at once. A value that depends on the input is moved by a gather, whose indices are found
  /// by moving the numbers 1, 2, 3, … in its place.
  ///
  /// - Parameter computed: what becomes of a value where the second operand depends on the input as well.
  fileprivate static func rearrangement(
    _ name: String, since: Int = 1, operands: ClosedRange<Int>, fold: Fold,
    computed: (@Sendable (NodeImport, Value) throws(ImportFailure) -> Value)? = nil
  ) -> OperatorDefinition {
    OperatorDefinition(name, since: since, operands: operands, integers: .carried, fold: fold) {
      node throws(ImportFailure) in
      let input = try node.value(0)
      if let computed, try node.input(1).numbers == nil { return [.computed(try computed(node, input))] }
      var operands: [Numbers] = []
      for index in node.inputs.indices.dropFirst() {
        operands.append(try node.numbers(index, "operand \(index + 1)"))
      }
      let result = try node.moved(input.shape, by: fold, operands)
      return [.computed(input.gathered(result.places, shape: result.shape))]
    }
  }
}

extension Fold {
  static let gatherElements = Fold { node, x throws(ImportFailure) in
    let axis = try node.axis(default: 0, of: x[0].shape)
    let positions = try node.positions(x[1], extent: x[0].shape[axis], axis: axis)
    let strides = x[0].strides
    guard x[1].shape.count == x[0].shape.count,
      x[1].shape.indices.allSatisfy({ $0 == axis || x[1].shape[$0] <= x[0].shape[$0] })
    else {
      throw ImportFailure(
        .shapeMismatch, "indices of \(x[1].shape.text) do not fit elements of \(x[0].shape.text)")
    }
    // Where the walk over the indices stands in the data along the other axes.
    var own = strides
    own[axis] = 0
    let places = Numbers.places(x[1].shape, strides: own)
    return [
      x[0].with(
        places.indices.map { x[0].values[places[$0] + positions[$0] * strides[axis]] }, shape: x[1].shape)
    ]
  }

  static let gatherND = Fold { node, x throws(ImportFailure) in
    let batch = try node.integer("batch_dims", default: 0)
    let (data, indices) = (x[0].shape, x[1].shape)
    guard let depth = indices.last, 0..<indices.count ~= batch, batch + depth <= data.count, depth >= 1,
      indices[..<batch] == data[..<batch]
    else {
      throw ImportFailure(.shapeMismatch, "indices of \(indices.text) do not fit elements of \(data.text)")
    }
    let inner = data[(batch + depth)...].reduce(1, *)
    let tuples = indices.dropLast().reduce(1, *)
    let perBatch = indices[batch..<indices.count - 1].reduce(1, *)
    var parts: [[Int]] = []
    for axis in 0..<depth {
      let column = Numbers(
        shape: [tuples], values: (0..<tuples).map { x[1].values[$0 * depth + axis] }, type: x[1].type)
      parts.append(try node.positions(column, extent: data[batch + axis], axis: batch + axis))
    }
    let result = Shape(indices.dropLast()) + data[(batch + depth)...]
    guard result.checkedElementCount ?? .max <= 1 << 26 else { return nil }
    var values: [Double] = []
    let strides = x[0].strides
    for tuple in 0..<tuples {
      let block = perBatch == 0 ? 0 : tuple / perBatch
      let start =
        block * data[batch...].reduce(1, *)
        + (0..<depth).reduce(0) { $0 + parts[$1][tuple] * strides[batch + $1] }
      values += x[0].values[start..<start + inner]
    }
    return [x[0].with(values, shape: result)]
  }
}

extension NodeImport {
  /// What a fold makes of a tensor of `shape`, by place; negative places stand for zeros.
  fileprivate func moved(
    _ shape: Shape, by fold: Fold, _ operands: [Numbers]
  ) throws(ImportFailure) -> (places: [Int32], shape: Shape) {
    guard let count = shape.checkedElementCount, count <= 1 << 24 else {
      throw .unsupported(
        "moving single elements of \(shape.text) is not supported; the limit is 2^24 elements")
    }
    // Numbered from 1, so that zeros of the operator's own are told from the first element.
    let numbered = Numbers(shape: shape, values: (0..<count).map { Double($0 + 1) }, type: .int64)
    guard let result = try fold.body(self, [numbered] + operands)?.first else {
      throw .unsupported("a result of more than 2^26 elements is not supported")
    }
    return (result.values.map { Int32($0) - 1 }, result.shape)
  }

  /// The places in a tensor of `shape` that indices name, as the gather of the same kind reads them.
  func places(of shape: Shape, _ gather: Fold, _ indices: Numbers) throws(ImportFailure) -> [Int32] {
    try moved(shape, by: gather, [indices]).places
  }
}
