import SaliencyCore

/// A tensor of numbers known at import, exact for real numbers and for integers up to 2^53.
struct Numbers {
  var shape: Shape
  var values: [Double]
  var type: ONNXElementType

  /// Above this many elements a constant of real numbers stays in its file.
  static let limit = 4_096
  /// Above this many elements integers are no longer worked with at import.
  static let integerLimit = 1 << 20
  /// No operator takes so many shapes, indices or statistics.
  static let operandLimit = 1 << 20

  init(shape: Shape, values: [Double], type: ONNXElementType) {
    self.shape = shape
    self.values = values
    self.type = type
  }

  init(shape: Shape, values: [Double], isInteger: Bool) {
    self.init(shape: shape, values: values, type: isInteger ? .int64 : .float32)
  }

  init(_ tensor: Tensor, type: ONNXElementType = .float32) {
    self.init(shape: tensor.shape, values: tensor.values.map(Double.init), type: type)
  }

  init(integers: [Int]) {
    self.init(shape: [integers.count], values: integers.map(Double.init), type: .int64)
  }

  /// Whether the numbers are integers or truth values.
  var isInteger: Bool { !type.isFloatingPoint }

  var tensor: Tensor { Tensor(shape: shape, values: values.map { Float($0) }) }

  /// The numbers as integers, cut at those that `Int` can hold; nil where one is not finite.
  var integers: [Int]? {
    guard values.allSatisfy(\.isFinite) else { return nil }
    return values.map { $0 >= 0x1p63 ? .max : $0 <= -0x1p63 ? .min : Int($0) }
  }

  /// The numbers within their type: the largest integers, rounded up to single precision, lie beyond it.
  var clamped: Numbers {
    guard let range = type.integerRange else { return self }
    return with(values.map { min(max($0, range.lowerBound), range.upperBound) })
  }

  /// The most elements of this type that are worked with at import.
  static func limit(for type: ONNXElementType) -> Int { type.isFloatingPoint ? limit : integerLimit }
}

extension Numbers {
  /// How far apart neighbors along each axis are.
  var strides: [Int] {
    var strides = [Int](repeating: 1, count: shape.count)
    for axis in shape.indices.dropLast().reversed() { strides[axis] = strides[axis + 1] &* shape[axis + 1] }
    return strides
  }

  /// The same kind of numbers with other values and perhaps another shape.
  func with(_ values: [Double], shape: Shape? = nil) -> Numbers {
    Numbers(shape: shape ?? self.shape, values: values, type: type)
  }

  /// The numbers that a walk with strides visits.
  func walked(_ shape: Shape, strides: [Int], offset: Int = 0) -> Numbers {
    let count = shape.elementCount
    var result: [Double] = []
    result.reserveCapacity(count)
    var index = [Int](repeating: 0, count: shape.count)
    var position = offset
    for _ in 0..<count {
      result.append(values[position])
      for axis in shape.indices.reversed() {
        index[axis] += 1
        position += strides[axis]
        if index[axis] < shape[axis] { break }
        position -= strides[axis] * shape[axis]
        index[axis] = 0
      }
    }
    return with(result, shape: shape)
  }

  /// The numbers repeated up to `shape`.
  func broadcast(to shape: Shape) -> Numbers {
    if shape == self.shape { return self }
    let padded = self.shape.padded(toRank: shape.count)
    let own = Numbers(shape: padded, values: values, type: type)
    return own.walked(shape, strides: zip(padded, own.strides).map { $0 == 1 ? 0 : $1 })
  }

  func transposed(_ permutation: [Int]) -> Numbers {
    walked(permutation.map { shape[$0] }, strides: permutation.map { strides[$0] })
  }

  func sliced(_ slice: Slice) -> Numbers {
    guard !slice.counts.contains(0) else { return with([], shape: slice.counts) }
    return walked(
      slice.counts,
      strides: slice.counts.indices.map { slice.counts[$0] == 1 ? 0 : slice.steps[$0] &* strides[$0] },
      offset: zip(slice.starts, strides).reduce(0) { $0 + $1.0 * $1.1 })
  }

  /// The numbers as rows along `axis`: for each outer and inner position the row's offsets are `base + i · step`.
  func rows(along axis: Int) -> (bases: [Int], step: Int, count: Int) {
    let step = shape[(axis + 1)...].reduce(1, *)
    let outer = shape[..<axis].reduce(1, *)
    let count = shape[axis]
    return ((0..<outer).flatMap { block in (0..<step).map { block * count * step + $0 } }, step, count)
  }
}

extension Double {
  /// The number, cut to ±`limit`.
  func clamped(to limit: Double) -> Double { Swift.min(Swift.max(self, -limit), limit) }
}
