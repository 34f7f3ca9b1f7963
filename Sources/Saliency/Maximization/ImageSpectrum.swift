internal import LibC
import SaliencyCore

/// Images as sums of waves in decorrelated colors.
struct ImageSpectrum {
  /// 1×channels×height×width
  let shape: Shape
  /// The power of the frequency that a wave is divided by.
  let decay: Float

  /// Where the logarithm for the way back ends: 8-bit black and white stay finite.
  private static let outermost: Float = 0.5 - 1 / 512

  func canvas(of parameters: Value) -> Value {
    let waves = transformed(parameters * parameters.builder.constant(scales { $0 }))
    return recolored(waves, DecorrelatedColors.matrix).sigmoid() - 0.5
  }

  func parameters(of canvas: Value) -> Value {
    let shares = canvas.maximum(-Self.outermost).minimum(Self.outermost) + 0.5
    let waves = recolored((shares / (1 - shares)).logarithm(), DecorrelatedColors.inverse)
    return transformed(waves) * canvas.builder.constant(scales { 1 / $0 })
  }

  /// The transform along rows and columns, which is its own inverse.
  private func transformed(_ planes: Value) -> Value {
    let rows = planes.builder.constant(Self.waves(shape[2]))
    let columns = planes.builder.constant(Self.waves(shape[3]))
    return rows.applying(MatrixProduct(), planes).applying(MatrixProduct(), columns)
  }

  private func recolored(_ planes: Value, _ matrix: Tensor) -> Value {
    guard shape[1] == 3 else { return planes }
    let list = planes.reshaped(to: [3, shape[2] * shape[3]])
    return planes.builder.constant(matrix).applying(MatrixProduct(), list).reshaped(to: shape)
  }

  /// cas(2πjk/n)/√n: symmetric, and its own inverse.
  private static func waves(_ count: Int) -> Tensor {
    let root = Double(count).squareRoot()
    var values: [Float] = []
    values.reserveCapacity(count * count)
    for j in 0..<count {
      for k in 0..<count {
        let angle = 2 * Double.pi * Double(j * k % count) / Double(count)
        values.append(Float((cos(angle) + sin(angle)) / root))
      }
    }
    return Tensor(shape: [count, count], values: values)
  }

  /// ¼ f^(−decay) for each wave's frequency f in cycles a pixel; the mean counts as the slowest wave.
  private func scales(_ form: (Float) -> Float) -> Tensor {
    let (height, width) = (shape[2], shape[3])
    let slowest = 1 / Double(max(height, width))
    func frequency(_ index: Int, _ count: Int) -> Double { Double(min(index, count - index)) / Double(count) }
    let values = (0..<height).flatMap { row in
      (0..<width).map { column in
        let f = hypot(frequency(row, height), frequency(column, width))
        return form(0.25 * powf(Float(max(f, slowest)), -decay))
      }
    }
    return Tensor(shape: [1, 1, height, width], values: values)
  }
}

/// Colors whose amounts vary independently in images, as red, green and blue.
enum DecorrelatedColors {
  /// A root of the covariance of the colors of ImageNet's pixels, which Lucid publishes, so that its longest column has the length 1.
  private static let rows: [[Double]] = [[0.26, 0.09, 0.02], [0.27, 0, -0.05], [0.27, -0.09, 0.03]]

  private static let scaled: [[Double]] = {
    let longest = (0..<3).map { column in
      rows.reduce(0) { $0 + $1[column] * $1[column] }.squareRoot()
    }.max()!
    return rows.map { $0.map { $0 / longest } }
  }()

  static let matrix = tensor(scaled)

  /// By Cramer's rule.
  static let inverse: Tensor = {
    func cofactor(_ i: Int, _ j: Int) -> Double {
      let (a, b, c, d) = ((i + 1) % 3, (i + 2) % 3, (j + 1) % 3, (j + 2) % 3)
      return scaled[a][c] * scaled[b][d] - scaled[a][d] * scaled[b][c]
    }
    let determinant = (0..<3).reduce(0) { $0 + scaled[0][$1] * cofactor(0, $1) }
    return tensor((0..<3).map { row in (0..<3).map { cofactor($0, row) / determinant } })
  }()

  private static func tensor(_ rows: [[Double]]) -> Tensor {
    Tensor(shape: [3, 3], values: rows.joined().map { Float($0) })
  }
}
