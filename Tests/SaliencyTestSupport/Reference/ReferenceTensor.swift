public import SaliencyCore

/// A tensor in double precision, row-major.
public struct ReferenceTensor: Sendable, Equatable {
  /// The extents, outermost first.
  public let shape: Shape
  /// The elements in row-major order.
  public var values: [Double]

  /// A tensor of `values`, as many as `shape` asks for.
  public init(_ shape: Shape, _ values: [Double]) {
    precondition(values.count == shape.elementCount, "\(values.count) values do not fill \(shape.text)")
    self.shape = shape
    self.values = values
  }

  /// A tensor of one number.
  public init(_ shape: Shape, repeating value: Double) {
    self.init(shape, [Double](repeating: value, count: shape.elementCount))
  }

  /// The exact values of a tensor in single precision.
  public init(_ tensor: Tensor) {
    self.init(tensor.shape, tensor.values.map(Double.init))
  }

  /// The values rounded to single precision.
  public var tensor: Tensor { Tensor(shape: shape, values: values.map(Float.init)) }

  /// A tensor whose element at each index is `element(index)`.
  init(_ shape: Shape, _ element: ([Int]) -> Double) {
    self.init(shape, shape.allIndices.map(element))
  }

  /// The element at an index with one entry an axis.
  subscript(index: [Int]) -> Double {
    get { values[shape.offset(of: index)] }
    set { values[shape.offset(of: index)] = newValue }
  }
}

extension Shape {
  /// Every index of a tensor of this shape, in row-major order.
  var allIndices: [[Int]] {
    reduce([[]]) { prefixes, extent in prefixes.flatMap { prefix in (0..<extent).map { prefix + [$0] } } }
  }

  /// Where the element at `index` stands in row-major order.
  func offset(of index: [Int]) -> Int {
    precondition(index.count == count, "\(index) is no index of \(text)")
    var offset = 0
    for axis in indices {
      precondition(index[axis] >= 0 && index[axis] < self[axis], "\(index) lies outside \(text)")
      offset = offset * self[axis] + index[axis]
    }
    return offset
  }

  /// For each element of a tensor of `shape`, in row-major order, where broadcasting finds it in a tensor of this shape.
  func offsets(broadcastTo shape: Shape) -> [Int] {
    zip(padded(toRank: shape.count), shape).reduce([0]) { offsets, axis in
      let (own, extent) = axis
      return offsets.flatMap { offset in (0..<extent).map { offset * own + (own == 1 ? 0 : $0) } }
    }
  }
}
