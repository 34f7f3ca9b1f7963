/// Planes interpolated linearly between the middles of their elements, as ``MethodContext/stretched(_:)`` does in a graph.
struct PlaneStretching {
  private let rows: [Tap]
  private let columns: [Tap]

  private struct Tap {
    let lower: Int
    let upper: Int
    /// The share of the upper one.
    let share: Float
  }

  /// From and to a height and width.
  init(from input: (height: Int, width: Int), to output: (height: Int, width: Int)) {
    func taps(_ input: Int, _ output: Int) -> [Tap] {
      let scale = Float(input) / Float(output)
      return (0..<output).map { index in
        let position = min(max((Float(index) + 0.5) * scale - 0.5, 0), Float(input - 1))
        let lower = Int(position)
        return Tap(lower: lower, upper: min(lower + 1, input - 1), share: position - Float(lower))
      }
    }
    (rows, columns) = (taps(input.height, output.height), taps(input.width, output.width))
    inputWidth = input.width
  }

  private let inputWidth: Int

  func callAsFunction(_ plane: [Float]) -> [Float] {
    var result: [Float] = []
    result.reserveCapacity(rows.count * columns.count)
    for row in rows {
      let (above, below) = (row.lower * inputWidth, row.upper * inputWidth)
      for column in columns {
        let upper =
          plane[above + column.lower] * (1 - column.share) + plane[above + column.upper] * column.share
        let lower =
          plane[below + column.lower] * (1 - column.share) + plane[below + column.upper] * column.share
        result.append(upper * (1 - row.share) + lower * row.share)
      }
    }
    return result
  }
}

extension [Float] {
  /// The numbers scaled from their smallest to their largest to 0…1; equal ones become 0.
  func scaledToUnit() -> [Float] {
    guard let low = self.min(), let high = self.max(), high > low else { return map { _ in 0 } }
    return map { ($0 - low) / (high - low) }
  }
}
