import CVectorKernels
import SaliencyTestSupport
import Testing

@testable import SaliencyCore

@Suite("Matrix products by kernels of our own")
struct MatrixKernelTests {
  /// Rows, inner extent and columns: around the edges of tiles, panels and blocks.
  static let sizes: [(rows: Int, inner: Int, columns: Int)] =
    [1, 2, 3, 4, 5, 6, 7, 13, 14, 15].flatMap { rows in
      [(rows, 5, 3), (rows, 256, 16), (rows, 257, 33)]
    } + [
      (29, 600, 47), (241, 31, 17), (253, 257, 5), (83, 3, 100), (84, 2, 8), (85, 1, 9), (300, 1, 1),
      (1, 1, 300),
      (1, 1_000, 1),
    ]

  private static func multiply(
    _ left: Tensor, _ right: Tensor, transposes: (Bool, Bool) = (false, false), bias: Tensor? = nil,
    follower: VectorStep? = nil, threads: Int = 1, columns: Int, rows: Int, level: VectorLevel
  ) -> [Float] {
    let kernel = MatrixKernel(
      left: (left.shape, transposes.0), right: (right.shape, transposes.1), batch: left.shape.dropLast(2),
      follower: follower, level: level)
    let team = ThreadTeam(threadCount: threads)
    var packed = [Float](repeating: .nan, count: kernel.packedShape[0])
    var result = [Float](repeating: .nan, count: left.shape.dropLast(2).reduce(1, *) * rows * columns)
    let (leftValues, rightValues, biasValues) = (left.values, right.values, bias?.values ?? [])
    leftValues.withUnsafeBufferPointer { left in
      rightValues.withUnsafeBufferPointer { right in
        biasValues.withUnsafeBufferPointer { bias in
          packed.withUnsafeMutableBufferPointer { packed in
            result.withUnsafeMutableBufferPointer { result in
              kernel.pack(
                KernelArguments(inputs: [right.baseAddress!], output: packed.baseAddress!, team: team))
              kernel.run(
                KernelArguments(
                  inputs: [left.baseAddress!, UnsafePointer(packed.baseAddress!)]
                    + (biasValues.isEmpty ? [] : [bias.baseAddress!]), output: result.baseAddress!, team: team
                ))
            }
          }
        }
      }
    }
    return result
  }

  @Test("agree with the definition at the edges of tiles and blocks", arguments: vectorLevels)
  func definition(level: VectorLevel) {
    var generator = SplitMix64(seed: 21)
    for (rows, inner, columns) in Self.sizes {
      let left = Tensor.random([rows, inner], using: &generator)
      let right = Tensor.random([inner, columns], using: &generator)
      let bias = Tensor.random([columns], using: &generator)
      let result = Self.multiply(
        left, right, bias: bias, follower: VectorStep(VECTOR_RECTIFIED), columns: columns, rows: rows,
        level: level)
      let (a, b, c) = (left.values, right.values, bias.values)
      var expected = [Double](repeating: 0, count: rows * columns)
      for row in 0..<rows {
        for column in 0..<columns {
          var sum = Double(c[column])
          for k in 0..<inner { sum += Double(a[row * inner + k]) * Double(b[k * columns + column]) }
          expected[row * columns + column] = max(sum, 0)
        }
      }
      #expect(
        relativeError(result.map(Double.init), expected) < 1e-6,
        "\(rows)×\(inner) by \(inner)×\(columns), level \(level.rawValue)")
    }
  }

  @Test("give each row the bytes that it has by itself, on any number of threads", arguments: vectorLevels)
  func rows(level: VectorLevel) {
    var generator = SplitMix64(seed: 22)
    for (rows, inner, columns) in Self.sizes {
      let left = Tensor.random([rows, inner], using: &generator)
      let right = Tensor.random([inner, columns], using: &generator)
      let all = Self.multiply(left, right, columns: columns, rows: rows, level: level)
      let threads = Self.multiply(left, right, threads: 2, columns: columns, rows: rows, level: level)
      #expect(all == threads)
      for row in [0, rows / 2, rows - 1] {
        let one = Tensor(shape: [1, inner], values: Array(left.values[row * inner..<(row + 1) * inner]))
        let result = Self.multiply(one, right, columns: columns, rows: 1, level: level)
        #expect(
          result == Array(all[row * columns..<(row + 1) * columns]),
          "row \(row) of \(rows)×\(inner)×\(columns)")
      }
    }
  }
}
