import FileAccess
import SaliencyCore

extension OperationTable {
  static let products: [String: Body] = [
    "Matmul": { call throws(LayerFailure) in
      let (a, b) = (try call.operand(0, "x1"), try call.operand(1, "x2"))
      guard a.shape.count > 0, b.shape.count > 0 else { throw .invalid("a scalar has no matrix product") }
      return [a.matrixProduct(b, transposes: (call.flag("transpose_a"), call.flag("transpose_b")))]
    },
    "Dot": { call throws(LayerFailure) in
      let (a, b) = (try call.operand(0, "x1"), try call.operand(1, "x2"))
      guard 1...64 ~= a.shape.count, 1...2 ~= b.shape.count else {
        throw .unsupported("a dot product of \(a.shape.text) and \(b.shape.text) is not supported")
      }
      return [a.matrixProduct(b)]
    },
    "Einsum": { call throws(LayerFailure) in
      guard let equation = call.parameter("subscripts")?.text else {
        throw .invalid("the subscripts are missing")
      }
      return [try LayerTable.einsum(equation, try call.operands())]
    },
  ]
}

extension Value {
  /// The matrix product as NumPy has it, where a vector is a row on the left and a column on the right.
  fileprivate func matrixProduct(_ other: Value, transposes: (Bool, Bool) = (false, false)) -> Value {
    let a = shape.count == 1 ? reshaped(to: [1] + shape) : self
    let b = other.shape.count == 1 ? other.reshaped(to: other.shape + [1]) : other
    let product = a.applying(
      MatrixProduct(transposesLeft: transposes.0, transposesRight: transposes.1), b)
    var result = product.shape
    guard result.count >= 2 else { return product }
    if other.shape.count == 1 { result.removeLast() }
    if shape.count == 1 { result.remove(at: result.count - (other.shape.count == 1 ? 1 : 2)) }
    return product.reshaped(to: result)
  }
}
