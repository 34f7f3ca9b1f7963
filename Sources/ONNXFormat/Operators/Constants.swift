import SaliencyCore

extension OperatorTable {
  static let constants: [OperatorDefinition] = [
    .init("Constant", operands: 0...0, integers: .carried, trace: .constant) { node throws(ImportFailure) in
      let values = node.node.attribute.map(\.name).filter { $0.hasPrefix("value") || $0 == "sparse_value" }
      guard values.count == 1 else {
        throw .invalid(
          "a constant has to have one value, this one has \(values.isEmpty ? "none" : "\(values)")")
      }
      if let value = node.attribute("value") { return [try node.tensor(value.t)] }
      if let value = node.attribute("value_float") {
        return [number([], [Double(value.f)], isInteger: false)]
      }
      if let value = node.attribute("value_int") { return [number([], [Double(value.i)], isInteger: true)] }
      if let value = node.attribute("value_floats") {
        return [number([value.floats.count], value.floats.map(Double.init), isInteger: false)]
      }
      if let value = node.attribute("value_ints") {
        return [number([value.ints.count], value.ints.map(Double.init), isInteger: true)]
      }
      throw .unsupported("a constant of strings or sparse tensors is not supported, only one made of numbers")
    },
    .init("ConstantOfShape", since: 9, operands: 1...1, integers: .carried) { node throws(ImportFailure) in
      let shape = try node.integers(0, "the shape")
      guard let count = shape.checkedElementCount, count <= 1 << 32 else {
        throw .invalid("a tensor of \(shape.text) is too large")
      }
      var value = Numbers(shape: [1], values: [0], type: .float32)
      if let attribute = node.attribute("value") {
        guard let numbers = try node.tensor(attribute.t).numbers, numbers.values.count == 1 else {
          throw .invalid("attribute 'value' has to be one number")
        }
        value = numbers
      }
      if count <= Numbers.limit(for: value.type) {
        return [
          .numbers(
            Numbers(
              shape: shape, values: [Double](repeating: value.values[0], count: count), type: value.type))
        ]
      }
      return [
        .computed(node.builder.constant(Tensor(Float(value.values[0]))).broadcast(to: shape), value.type)
      ]
    },
    .init("Shape", operands: 1...1, integers: .carried, trace: .shape) { node throws(ImportFailure) in
      let shape = try node.input(0).shape
      let range = try limits(node, rank: shape.count)
      return [.numbers(Numbers(integers: Array(shape[range])))]
    },
    .init("Size", operands: 1...1, integers: .carried, trace: .shape) { node throws(ImportFailure) in
      [number([], [Double(try node.input(0).shape.elementCount)], isInteger: true)]
    },
    .init(
      "EyeLike", since: 9, operands: 1...1, integers: .carried,
      fold: Fold { node, x throws(ImportFailure) in [try eye(node, x[0].shape, x[0].type)] },
      import: { node throws(ImportFailure) in
        let input = try node.input(0)
        guard input.shape.count == 2, input.shape.elementCount <= 1 << 24 else {
          throw .invalid("\(input.shape.text) is no matrix")
        }
        return [.numbers(try eye(node, input.shape, input.type))]
      }),
    .init(
      "Range", since: 11, operands: 3...3,
      fold: Fold { _, x throws(ImportFailure) in
        guard let start = x[0].values.first, let limit = x[1].values.first, let step = x[2].values.first,
          step != 0
        else { throw .invalid("it takes a start, a limit and a step that is not 0") }
        let count = max(0, ((limit - start) / step).rounded(.up))
        guard count <= Double(Numbers.limit(for: x[0].type)) else {
          throw .unsupported("a range of \(count) numbers is too long")
        }
        let type = x[0].type
        var values: [Double] = []
        for index in 0..<Int(count) { values.append(try type.element(start + Double(index) * step)) }
        return [Numbers(shape: [Int(count)], values: values, type: type)]
      }),
  ]

  /// Ones on a diagonal.
  private static func eye(
    _ node: NodeImport, _ shape: Shape, _ given: ONNXElementType
  ) throws(ImportFailure) -> Numbers {
    guard shape.count == 2 else { throw .invalid("\(shape.text) is no matrix") }
    let type = try node.integer("dtype") == nil ? given : try node.targetType("dtype")
    let (rows, columns) = (shape[0], shape[1])
    let diagonal = try node.integer("k", default: 0)
    return Numbers(
      shape: shape,
      values: (0..<rows * columns).map {
        ($0 % columns).subtractingReportingOverflow($0 / columns) == (diagonal, false) ? 1 : 0
      },
      type: type)
  }

  private static func number(_ shape: Shape, _ values: [Double], isInteger: Bool) -> ImportedValue {
    .numbers(Numbers(shape: shape, values: values, isInteger: isInteger))
  }

  /// The axes that `Shape` returns, from its attributes `start` and `end`.
  private static func limits(_ node: NodeImport, rank: Int) throws(ImportFailure) -> Range<Int> {
    func limit(_ value: Int) -> Int {
      min(max(value < 0 ? value.addingReportingOverflow(rank).0 : value, 0), rank)
    }
    let start = limit(try node.integer("start", default: 0))
    return start..<max(start, limit(try node.integer("end", default: rank)))
  }
}
