import SaliencyCore

extension OperatorTable {
  static let matrixProducts: [OperatorDefinition] = [
    .init("MatMul", operands: 2...2) { node throws(ImportFailure) in
      [.computed(try matrixProduct(node.value(0), node.value(1)))]
    },
    .init("Gemm", operands: 2...3) { node throws(ImportFailure) in
      let (left, right) = (try node.value(0), try node.value(1))
      guard left.shape.count == 2, right.shape.count == 2 else {
        throw ImportFailure(
          .shapeMismatch, "operands of \(left.shape.text) and \(right.shape.text) are not both matrices")
      }
      let product = MatrixProduct(
        transposesLeft: try node.flag("transA"),
        transposesRight: try node.flag("transB"))
      let alpha = try node.number("alpha", default: 1)
      let beta = try node.number("beta", default: 1)
      let columns = product.transposesRight ? right.shape[0] : right.shape[1]
      guard node.has(2), beta != 0 else { return [.computed(scaled(left.applying(product, right), alpha))] }
      let bias = try node.value(2)
      if alpha == 1, beta == 1, bias.shape == [columns] {
        return [.computed(left.applying(product, right, bias))]
      }
      return [.computed(scaled(left.applying(product, right), alpha) + scaled(bias, beta))]
    },
    .init("Einsum", since: 12, operands: 1...Int.max) { node throws(ImportFailure) in
      guard let equation = try node.text("equation") else {
        throw .invalid("attribute 'equation' is missing")
      }
      let values = try node.allValues()
      do throws(GraphError) {
        return [.computed(try EinsteinSum(equation, shapes: values.map(\.shape))(values))]
      } catch {
        throw ImportFailure(.shapeMismatch, error.message)
      }
    },
  ]

  /// NumPy's matrix product.
  static func matrixProduct(_ left: Value, _ right: Value) throws(ImportFailure) -> Value {
    guard left.shape.count > 0, right.shape.count > 0 else {
      throw .invalid("a scalar has no matrix product")
    }
    // As in NumPy, a vector is a row on the left and a column on the right, and its axis is dropped again.
    let a = left.shape.count == 1 ? left.reshaped(to: [1] + left.shape) : left
    let b = right.shape.count == 1 ? right.reshaped(to: right.shape + [1]) : right
    let product = a.applying(MatrixProduct(), b)
    var shape = product.shape
    if right.shape.count == 1, !shape.isEmpty { shape.removeLast() }
    if left.shape.count == 1, !shape.isEmpty {
      shape.remove(at: shape.count - (right.shape.count == 1 ? 1 : 2))
    }
    return product.reshaped(to: shape)
  }

  private static func scaled(_ value: Value, _ factor: Float) -> Value {
    factor == 1 ? value : value * factor
  }
}
