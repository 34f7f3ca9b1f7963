/// Guesses of pixels that were removed: each is the weighted mean of its eight neighbors, those beside it with weight 1/6 and those across
/// with 1/12, of which some are guesses themselves (Rong et al., 2022).
///
/// The system of these equations is symmetric and positive, so that conjugate gradients solve it.
struct NoisyLinearImputation {
  private let width: Int
  private let height: Int
  private let isRemoved: [Bool]
  private let removed: [Int]

  /// - Precondition: a pixel is left.
  init(_ isRemoved: [Bool], width: Int) {
    (self.isRemoved, self.width, height) = (isRemoved, width, isRemoved.count / width)
    removed = isRemoved.indices.filter { isRemoved[$0] }
  }

  private static let offsets: [(x: Int, y: Int, weight: Double)] = [
    (0, -1, 1.0 / 6), (0, 1, 1.0 / 6), (-1, 0, 1.0 / 6), (1, 0, 1.0 / 6), (-1, -1, 1.0 / 12),
    (1, -1, 1.0 / 12),
    (-1, 1, 1.0 / 12), (1, 1, 1.0 / 12),
  ]

  private func forNeighbors(of pixel: Int, _ body: (_ pixel: Int, _ weight: Double) -> Void) {
    let (x, y) = (pixel % width, pixel / width)
    for offset in Self.offsets {
      let (column, row) = (x + offset.x, y + offset.y)
      if 0..<width ~= column, 0..<height ~= row { body(row * width + column, offset.weight) }
    }
  }

  /// The numbers with those that were removed guessed.
  func guesses(for numbers: [Double]) -> [Double] {
    // Σ w (v − v′) = 0 over the neighbors v′, with what is known on the right.
    var right = [Double](repeating: 0, count: numbers.count)
    var mean = (sum: 0.0, count: 0.0)
    for pixel in removed {
      forNeighbors(of: pixel) { if !isRemoved[$0] { right[pixel] += $1 * numbers[$0] } }
    }
    for pixel in numbers.indices where !isRemoved[pixel] {
      mean = (mean.sum + numbers[pixel], mean.count + 1)
    }
    func applied(to values: [Double]) -> [Double] {
      var result = [Double](repeating: 0, count: values.count)
      for pixel in removed {
        var sum = 0.0
        forNeighbors(of: pixel) { sum += $1 * (values[pixel] - (isRemoved[$0] ? values[$0] : 0)) }
        result[pixel] = sum
      }
      return result
    }
    func product(_ a: [Double], _ b: [Double]) -> Double { removed.reduce(0) { $0 + a[$1] * b[$1] } }

    var solution = numbers
    for pixel in removed { solution[pixel] = mean.count > 0 ? mean.sum / mean.count : 0 }
    let start = applied(to: solution)
    var residual = right
    for pixel in removed { residual[pixel] -= start[pixel] }
    var direction = residual
    var size = product(residual, residual)
    let goal = max(product(right, right), size) * 1e-16
    for _ in 0..<10 * (removed.count + 1) where size > goal {
      let image = applied(to: direction)
      let step = size / product(direction, image)
      for pixel in removed {
        solution[pixel] += step * direction[pixel]
        residual[pixel] -= step * image[pixel]
      }
      let next = product(residual, residual)
      for pixel in removed { direction[pixel] = residual[pixel] + next / size * direction[pixel] }
      size = next
    }
    return solution
  }
}
