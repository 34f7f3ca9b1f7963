import SaliencyCore

extension Numbers {
  /// Each number replaced by `body` of it, as elements of this type or another.
  func mapped(
    to type: ONNXElementType? = nil, _ body: (Double) throws(ImportFailure) -> Double
  ) throws(ImportFailure) -> Numbers {
    let type = type ?? self.type
    var result: [Double] = []
    result.reserveCapacity(values.count)
    for value in values { result.append(try type.element(try body(value))) }
    return Numbers(shape: shape, values: result, type: type)
  }

  /// Two tensors of numbers joined element by element, with NumPy's broadcasting, as elements of the first one's type or
  /// another.
  static func zipped(
    _ left: Numbers, _ right: Numbers, to type: ONNXElementType? = nil,
    _ body: (Double, Double) throws(ImportFailure) -> Double
  ) throws(ImportFailure) -> Numbers {
    let type = type ?? left.type
    let shape = try commonShape([left, right])
    let (a, b) = (left.broadcast(to: shape).values, right.broadcast(to: shape).values)
    var result: [Double] = []
    result.reserveCapacity(a.count)
    for index in a.indices { result.append(try type.element(try body(a[index], b[index]))) }
    return Numbers(shape: shape, values: result, type: type)
  }

  /// The shape that tensors take together.
  static func commonShape(_ operands: [Numbers]) throws(ImportFailure) -> Shape {
    var shape: Shape = []
    for operand in operands {
      guard let common = shape.broadcast(with: operand.shape) else {
        throw ImportFailure(
          .shapeMismatch,
          "\(operands.map(\.shape.text).joined(separator: " and ")) do not broadcast to one shape")
      }
      shape = common
    }
    guard shape.checkedElementCount ?? .max <= integerLimit else {
      throw ImportFailure(.limitExceeded, "\(shape.text) numbers are more than are worked out at import")
    }
    return shape
  }

  /// The numbers as 64-bit integers.
  func exactInteger(_ value: Double) throws(ImportFailure) -> Int64 {
    guard value.magnitude <= 0x1p53 else { throw .imprecise }
    return Int64(value)
  }
}
