/// A symmetric system of equations with a positive matrix, which sums of squares lead to.
struct LinearSystem {
  /// The rows of the lower triangle L, where A = L Lᵀ.
  private var lower: [[Double]]

  /// Splits a matrix (Cholesky). Where it is singular, a trace of its diagonal is added, which chooses among the solutions a small one.
  init(_ matrix: [[Double]]) {
    let count = matrix.count
    let least = (matrix.indices.map { matrix[$0][$0] }.max() ?? 0) * 1e-10
    lower = matrix
    for row in 0..<count {
      for column in 0...row {
        var sum = matrix[row][column] + (row == column ? least : 0)
        for index in 0..<column { sum -= lower[row][index] * lower[column][index] }
        lower[row][column] = row == column ? max(sum, least * least).squareRoot() : divided(sum, column)
      }
    }
  }

  private func divided(_ sum: Double, _ column: Int) -> Double {
    lower[column][column] > 0 ? sum / lower[column][column] : 0
  }

  /// The solution for a right side.
  func solution(_ right: [Double]) -> [Double] {
    var result = right
    for row in result.indices {
      for index in 0..<row { result[row] -= lower[row][index] * result[index] }
      result[row] = divided(result[row], row)
    }
    for row in result.indices.reversed() {
      for index in result.indices.dropFirst(row + 1) { result[row] -= lower[index][row] * result[index] }
      result[row] = divided(result[row], row)
    }
    return result
  }
}
