/// The extents of a tensor's axes, outermost first; empty for a scalar.
public typealias Shape = [Int]

extension Shape {
  /// The number of elements, 1 for a scalar; nil where it does not fit into `Int`.
  public var checkedElementCount: Int? {
    var count = 1
    for extent in self {
      guard extent >= 0 else { return nil }
      let (product, overflow) = count.multipliedReportingOverflow(by: extent)
      if overflow { return nil }
      count = product
    }
    return count
  }

  /// The number of elements of a shape that is known to be valid.
  public var elementCount: Int { reduce(1, *) }

  /// The shape as people write it, such as "1×3×224×224"; "scalar" where it is empty.
  public var text: String { isEmpty ? "scalar" : map(String.init).joined(separator: "×") }

  /// The shape that two operands take together under NumPy's broadcasting, or nil where they do not fit.
  public func broadcast(with other: Shape) -> Shape? {
    let rank = Swift.max(count, other.count)
    let left = padded(toRank: rank)
    let right = other.padded(toRank: rank)
    var result = Shape()
    for (a, b) in zip(left, right) {
      guard a == b || a == 1 || b == 1 else { return nil }
      result.append(a == 1 ? b : a)
    }
    return result
  }

  /// The shape with axes of extent 1 in front, up to `rank`.
  public func padded(toRank rank: Int) -> Shape {
    Shape(repeating: 1, count: Swift.max(rank - count, 0)) + self
  }

  /// The distance, in elements, between neighbors along each axis of a row-major tensor without gaps.
  var rowMajorStrides: [Int] {
    var strides = [Int](repeating: 1, count: count)
    for axis in indices.dropLast().reversed() {
      strides[axis] = strides[axis + 1] * Swift.max(self[axis + 1], 1)
    }
    return strides
  }

  /// The same with 0 along axes of extent 1, for an operand that is repeated along them.
  var repeatedStrides: [Int] { zip(self, rowMajorStrides).map { $0 == 1 ? 0 : $1 } }

  /// The entries by axis with the entry of axis `i` at `permutation[i]`.
  func moved(to permutation: [Int]) -> Shape {
    var result = self
    for (axis, target) in permutation.enumerated() { result[target] = self[axis] }
    return result
  }

  /// The axis that `axis` names, where −1 is the last; nil where there is no such axis.
  public func resolved(axis: Int) -> Int? {
    let resolved = axis < 0 ? axis + count : axis
    return indices.contains(resolved) ? resolved : nil
  }
}
