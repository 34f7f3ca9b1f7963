import SaliencyCore

extension NodeImport {
  /// The results where all operands are numbers known now and the operator is one of shape arithmetic, else nil.
  func foldedConstants() throws(ImportFailure) -> [Numbers]? {
    guard !inputs.isEmpty, let fold = Self.folds[node.opType] else { return nil }
    var operands: [Numbers] = []
    for input in inputs {
      guard case .numbers(let numbers)? = input else { return nil }
      operands.append(numbers)
    }
    guard let result = try fold(self, operands), result.values.count <= Numbers.limit else { return nil }
    return [result]
  }

  /// The operators of shape arithmetic.
  static var foldedOperators: some Collection<String> { folds.keys }

  private typealias Fold = @Sendable (NodeImport, [Numbers]) throws(ImportFailure) -> Numbers?

  private static let folds: [String: Fold] = [
    "Add": { _, x throws(ImportFailure) in try zipped(x, +) },
    "Sub": { _, x throws(ImportFailure) in try zipped(x, -) },
    "Mul": { _, x throws(ImportFailure) in try zipped(x, *) },
    "Div": { _, x throws(ImportFailure) in
      let isInteger = x.allSatisfy(\.isInteger)
      if isInteger, x[1].values.contains(0) { throw .invalid("an integer is divided by 0") }
      return try zipped(x) { isInteger ? ($0 / $1).rounded(.towardZero) : $0 / $1 }
    },
    "Mod": { node, x throws(ImportFailure) in
      if x[1].values.contains(0) { throw .invalid("an integer is divided by 0") }
      let truncates = try node.flag("fmod")
      return try zipped(x) { a, b in
        truncates ? a.truncatingRemainder(dividingBy: b) : a - b * (a / b).rounded(.down)
      }
    },
    "Min": { _, x throws(ImportFailure) in try zipped(x, min) },
    "Max": { _, x throws(ImportFailure) in try zipped(x, max) },
    "Equal": { _, x throws(ImportFailure) in try zipped(x, isInteger: true) { $0 == $1 ? 1 : 0 } },
    "Greater": { _, x throws(ImportFailure) in try zipped(x, isInteger: true) { $0 > $1 ? 1 : 0 } },
    "GreaterOrEqual": { _, x throws(ImportFailure) in try zipped(x, isInteger: true) { $0 >= $1 ? 1 : 0 } },
    "Less": { _, x throws(ImportFailure) in try zipped(x, isInteger: true) { $0 < $1 ? 1 : 0 } },
    "LessOrEqual": { _, x throws(ImportFailure) in try zipped(x, isInteger: true) { $0 <= $1 ? 1 : 0 } },
    "And": { _, x throws(ImportFailure) in try zipped(x) { $0 != 0 && $1 != 0 ? 1 : 0 } },
    "Or": { _, x throws(ImportFailure) in try zipped(x) { $0 != 0 || $1 != 0 ? 1 : 0 } },
    "Not": { _, x throws(ImportFailure) in mapped(x) { $0 == 0 ? 1 : 0 } },
    "Neg": { _, x throws(ImportFailure) in mapped(x, -) },
    "Abs": { _, x throws(ImportFailure) in mapped(x, abs) },
    "Sqrt": { _, x throws(ImportFailure) in mapped(x) { $0.squareRoot() } },
    "Floor": { _, x throws(ImportFailure) in mapped(x) { $0.rounded(.down) } },
    "Ceil": { _, x throws(ImportFailure) in mapped(x) { $0.rounded(.up) } },
    "Round": { _, x throws(ImportFailure) in mapped(x) { $0.rounded(.toNearestOrEven) } },
    "Identity": { _, x throws(ImportFailure) in x[0] },
    "CastLike": { _, x throws(ImportFailure) in
      var result = x[0]
      result.isInteger = x.count == 2 && x[1].isInteger
      if result.isInteger { result.values = result.values.map { $0.rounded(.towardZero) } }
      return result
    },
    "Cast": { node, x throws(ImportFailure) in
      var result = x[0]
      let type = ONNXElementType(rawValue: Int32(clamping: try node.integer("to", default: 1)))
      result.isInteger = !(type?.isFloatingPoint ?? true)
      if type == .bool {
        result.values = result.values.map { $0 == 0 ? 0 : 1 }
      } else if result.isInteger {
        result.values = result.values.map { $0.rounded(.towardZero) }
      }
      return result
    },
    "Where": { _, x throws(ImportFailure) in
      guard x.count == 3 else { throw .invalid("it takes 3 operands") }
      guard let shape = x[0].shape.broadcast(with: x[1].shape)?.broadcast(with: x[2].shape) else {
        throw ImportFailure(.shapeMismatch, "its operands do not broadcast to one shape")
      }
      let (condition, yes, no) = (
        x[0].broadcast(to: shape), x[1].broadcast(to: shape), x[2].broadcast(to: shape)
      )
      return Numbers(
        shape: shape, values: condition.indices.map { condition[$0] != 0 ? yes[$0] : no[$0] },
        isInteger: x[1].isInteger && x[2].isInteger)
    },
    "Expand": { _, x throws(ImportFailure) in
      guard x.count == 2, let requested = x[1].integers,
        requested.checkedElementCount ?? .max <= Numbers.limit,
        let shape = x[0].shape.broadcast(with: requested), shape.elementCount <= Numbers.limit
      else { return nil }
      return Numbers(shape: shape, values: x[0].broadcast(to: shape), isInteger: x[0].isInteger)
    },
    "Range": { _, x throws(ImportFailure) in
      guard x.count == 3, let start = x[0].values.first, let limit = x[1].values.first,
        let step = x[2].values.first,
        step != 0
      else { throw .invalid("it takes a start, a limit and a step that is not 0") }
      let count = max(0, ((limit - start) / step).rounded(.up))
      guard count <= Double(Numbers.limit) else {
        throw .unsupported("a range of \(count) numbers is too long")
      }
      return Numbers(
        shape: [Int(count)], values: (0..<Int(count)).map { start + Double($0) * step },
        isInteger: x.allSatisfy(\.isInteger))
    },
    "Gather": { node, x throws(ImportFailure) in
      guard x.count == 2, let indices = x[1].integers else {
        throw .invalid("it takes data and integer indices")
      }
      let shape = x[0].shape
      let axis = try node.axis(default: 0, of: shape)
      let (outer, inner) = (shape[..<axis].reduce(1, *), shape[(axis + 1)...].reduce(1, *))
      var values: [Double] = []
      for block in 0..<outer {
        for index in indices {
          let position = index < 0 ? index + shape[axis] : index
          guard 0..<shape[axis] ~= position else {
            throw .invalid("index \(index) lies outside of axis \(axis) of \(shape.text)")
          }
          let start = (block * shape[axis] + position) * inner
          values += x[0].values[start..<start + inner]
        }
      }
      return Numbers(
        shape: Shape(shape[..<axis]) + x[1].shape + shape[(axis + 1)...], values: values,
        isInteger: x[0].isInteger)
    },
    "Concat": { node, x throws(ImportFailure) in
      guard x.allSatisfy({ $0.shape.count == 1 }) else { return nil }
      let values = x.flatMap(\.values)
      return Numbers(shape: [values.count], values: values, isInteger: x.allSatisfy(\.isInteger))
    },
    "Reshape": { node, x throws(ImportFailure) in
      guard x.count == 2, let requested = x[1].integers else { return nil }
      var result = x[0]
      result.shape = try OperatorTable.reshape(
        x[0].shape, requested, allowsZero: try node.flag("allowzero"))
      return result
    },
    "Unsqueeze": { node, x throws(ImportFailure) in
      var result = x[0]
      let axes = try node.integers(attribute: "axes", orInput: 1) ?? []
      result.shape = try OperatorTable.unsqueezed(node, x[0].shape, axes)
      return result
    },
    "Squeeze": { node, x throws(ImportFailure) in
      var result = x[0]
      let shape = result.shape
      let given = try node.integers(attribute: "axes", orInput: 1)
      let axes =
        try given.map { axes throws(ImportFailure) in try node.resolve(axes, in: shape) }
        ?? shape.indices.filter { shape[$0] == 1 }
      guard axes.allSatisfy({ shape[$0] == 1 }) else {
        throw .invalid("axes \(axes) are not all of extent 1")
      }
      result.shape = shape.indices.filter { !axes.contains($0) }.map { shape[$0] }
      return result
    },
    "Slice": { node, x throws(ImportFailure) in
      let slice = try OperatorTable.slice(node, x[0].shape)
      let values = x[0].elements(of: slice)
      return Numbers(shape: slice.counts, values: values, isInteger: x[0].isInteger)
    },
    "Transpose": { node, x throws(ImportFailure) in
      let shape = x[0].shape
      let permutation = try node.integers("perm") ?? Array(shape.indices.reversed())
      guard permutation.sorted() == Array(shape.indices) else {
        throw .invalid("\(permutation) is no order of the axes of \(shape.text)")
      }
      return x[0].transposed(permutation)
    },
    "ReduceProd": { node, x throws(ImportFailure) in
      guard
        try node.integers(attribute: "axes", orInput: 1)?.count ?? 1 == x[0].shape.count
          || x[0].shape.count == 1
      else { return nil }
      let keeps = try node.flag("keepdims", default: true)
      return Numbers(
        shape: keeps ? x[0].shape.map { _ in 1 } : [], values: [x[0].values.reduce(1, *)],
        isInteger: x[0].isInteger)
    },
  ]

  private static func mapped(_ operands: [Numbers], _ body: (Double) -> Double) -> Numbers {
    var result = operands[0]
    result.values = result.values.map(body)
    return result
  }

  private static func zipped(
    _ operands: [Numbers], isInteger: Bool? = nil, _ body: (Double, Double) -> Double
  ) throws(ImportFailure) -> Numbers {
    guard operands.count == 2 else { throw .invalid("it takes 2 operands, not \(operands.count)") }
    guard let shape = operands[0].shape.broadcast(with: operands[1].shape) else {
      throw ImportFailure(
        .shapeMismatch,
        "\(operands[0].shape.text) and \(operands[1].shape.text) do not broadcast to one shape")
    }
    return Numbers(
      shape: shape, values: zip(operands[0].broadcast(to: shape), operands[1].broadcast(to: shape)).map(body),
      isInteger: isInteger ?? operands.allSatisfy(\.isInteger))
  }
}

extension Numbers {
  /// The values repeated up to `shape`, in row-major order.
  func broadcast(to shape: Shape) -> [Double] {
    if shape == self.shape { return values }
    let padded = self.shape.padded(toRank: shape.count)
    var strides = [Int](repeating: 0, count: shape.count)
    var stride = 1
    for axis in shape.indices.reversed() {
      strides[axis] = padded[axis] == 1 ? 0 : stride
      stride *= padded[axis]
    }
    return walk(shape, strides: strides, offset: 0)
  }

  func transposed(_ permutation: [Int]) -> Numbers {
    let strides = plainStrides
    let shape = permutation.map { self.shape[$0] }
    return Numbers(
      shape: shape, values: walk(shape, strides: permutation.map { strides[$0] }, offset: 0),
      isInteger: isInteger)
  }

  func elements(of slice: Slice) -> [Double] {
    let strides = plainStrides
    return walk(
      slice.counts, strides: zip(slice.steps, strides).map { $0 &* $1 },
      offset: zip(slice.starts, strides).reduce(0) { $0 + $1.0 * $1.1 })
  }

  private var plainStrides: [Int] {
    var strides = [Int](repeating: 1, count: shape.count)
    for axis in shape.indices.dropLast().reversed() { strides[axis] = strides[axis + 1] * shape[axis + 1] }
    return strides
  }

  private func walk(_ shape: Shape, strides: [Int], offset: Int) -> [Double] {
    (0..<shape.elementCount).map { index in
      var remaining = index
      var position = offset
      for axis in shape.indices.reversed() {
        position += remaining % shape[axis] * strides[axis]
        remaining /= shape[axis]
      }
      return values[position]
    }
  }
}
