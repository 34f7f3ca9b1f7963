import LibC
package import SaliencyCore

extension PrincipalComponent: ReferenceEvaluated {
  /// The centered places times the eigenvector of their covariance that has the largest eigenvalue, by Jacobi's rotations; the farthest
  /// place is positive.
  package func reference(_ operands: [ReferenceTensor], shape: Shape) -> ReferenceTensor {
    let (features, places) = (operands[0].shape[1], operands[0].shape[2])
    var result = ReferenceTensor(shape, repeating: 0)
    for item in 0..<shape[0] {
      let centered = (0..<features).map { feature in
        let row = (0..<places).map { operands[0][[item, feature, $0]] }
        let mean = row.reduce(0, +) / Double(max(places, 1))
        return row.map { $0 - mean }
      }
      let covariance = centered.map { a in centered.map { b in zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } } }
      let direction = Self.firstEigenvector(of: covariance)
      let projection = (0..<places).map { place in
        (0..<features).reduce(0) { $0 + centered[$1][place] * direction[$1] }
      }
      let farthest = projection.max { abs($0) < abs($1) } ?? 0
      for place in 0..<places {
        result[[item, place]] = farthest < 0 ? -projection[place] : projection[place]
      }
    }
    return result
  }

  private static func firstEigenvector(of matrix: [[Double]]) -> [Double] {
    let count = matrix.count
    var (a, v) = (matrix, matrix.indices.map { i in matrix.indices.map { $0 == i ? 1.0 : 0 } })
    for _ in 0..<100 {
      for p in 0..<count {
        for q in p + 1..<max(count, p + 1) where abs(a[p][q]) > 1e-300 {
          let theta = (a[q][q] - a[p][p]) / (2 * a[p][q])
          let t = (theta < 0 ? -1 : 1) / (abs(theta) + (theta * theta + 1).squareRoot())
          let c = 1 / (t * t + 1).squareRoot()
          let s = t * c
          for k in 0..<count { (a[k][p], a[k][q]) = (c * a[k][p] - s * a[k][q], s * a[k][p] + c * a[k][q]) }
          for k in 0..<count { (a[p][k], a[q][k]) = (c * a[p][k] - s * a[q][k], s * a[p][k] + c * a[q][k]) }
          for k in 0..<count { (v[k][p], v[k][q]) = (c * v[k][p] - s * v[k][q], s * v[k][p] + c * v[k][q]) }
        }
      }
    }
    let best = a.indices.max { a[$0][$0] < a[$1][$1] }!
    return v.map { $0[best] }
  }
}
