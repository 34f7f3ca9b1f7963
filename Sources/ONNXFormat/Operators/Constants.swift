import SaliencyCore

extension OperatorTable {
  static let constants: [String: OperatorImport] = [
    "Constant": { node throws(ImportFailure) in
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
    "ConstantOfShape": { node throws(ImportFailure) in
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
    "Shape": { node throws(ImportFailure) in
      let shape = try node.input(0).shape
      let range = try limits(node, rank: shape.count)
      return [.numbers(Numbers(integers: Array(shape[range])))]
    },
    "Size": { node throws(ImportFailure) in
      [number([], [Double(try node.input(0).shape.elementCount)], isInteger: true)]
    },
  ]

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
