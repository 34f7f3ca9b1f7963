package import SaliencyCore

extension MatrixProduct: ReferenceEvaluated {
  /// y[batch, i, j] = Σ left[batch, i, k] · right[batch, k, j] + bias[j]
  package func reference(_ operands: [ReferenceTensor], shape: Shape) -> ReferenceTensor {
    let (left, right) = (Matrices(operands[0], transposesLeft), Matrices(operands[1], transposesRight))
    let batch = Shape(shape.dropLast(2))
    var values: [Double] = []
    for (leftMatrix, rightMatrix) in zip(
      left.batch.offsets(broadcastTo: batch), right.batch.offsets(broadcastTo: batch))
    {
      for row in 0..<left.rows {
        for column in 0..<right.columns {
          var sum = operands.count == 3 ? operands[2].values[column] : 0
          for k in 0..<left.columns {
            sum += left.element(leftMatrix, row, k) * right.element(rightMatrix, k, column)
          }
          values.append(sum)
        }
      }
    }
    return ReferenceTensor(shape, values)
  }
}

/// A tensor seen as a batch of matrices, transposed where asked for.
private struct Matrices {
  let batch: Shape
  let rows: Int
  let columns: Int
  private let values: [Double]
  private let isTransposed: Bool

  init(_ tensor: ReferenceTensor, _ isTransposed: Bool) {
    let (outer, inner) = (tensor.shape[tensor.shape.count - 2], tensor.shape[tensor.shape.count - 1])
    batch = Shape(tensor.shape.dropLast(2))
    (rows, columns) = isTransposed ? (inner, outer) : (outer, inner)
    values = tensor.values
    self.isTransposed = isTransposed
  }

  func element(_ matrix: Int, _ row: Int, _ column: Int) -> Double {
    values[matrix * rows * columns + (isTransposed ? column * rows + row : row * columns + column)]
  }
}
