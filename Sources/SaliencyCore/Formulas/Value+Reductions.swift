/// Reductions and running products that are formulas over operations there are.
extension Value {
  /// The largest (or smallest) elements over `axes`, which stay with extent 1; ties share the gradient.
  package func extreme(over axes: [Int], isMaximum: Bool) -> Value {
    axes.isEmpty ? self : applying(MinMaxReduction(axes: axes, isMaximum: isMaximum))
  }

  /// ln Σ eˣ over `axes`, which stay with extent 1, without overflow.
  package func logarithmOfSumOfExponentials(over axes: [Int]) -> Value {
    let largest = extreme(over: axes, isMaximum: true)
    return (self - largest).applying(Exponential()).sum(axes).applying(Logarithm()) + largest
  }

  /// The products over `axes`, which stay with extent 1; pair by pair, so that derivatives are right where factors are 0.
  package func product(over axes: [Int]) -> Value {
    var result = self
    for axis in axes {
      if result.shape[axis] == 0 {
        var shape = result.shape
        shape[axis] = 1
        result = builder.constant(Tensor(1)).broadcast(to: shape)
      }
      while result.shape[axis] > 1 {
        let (extent, half) = (result.shape[axis], result.shape[axis] / 2)
        let pairs =
          result.sliced(axis: axis, from: 0, count: half) * result.sliced(axis: axis, from: half, count: half)
        result =
          extent % 2 == 0
          ? pairs
          : builder.append(
            Concatenation(axis: axis), [pairs, result.sliced(axis: axis, from: extent - 1, count: 1)])
      }
    }
    return result
  }

  /// For each element along an axis the product of those before it, with or without itself.
  package func cumulativeProduct(along axis: Int, isExclusive: Bool = false, isReversed: Bool = false)
    -> Value
  {
    let extent = shape[axis]
    func shifted(_ value: Value, by distance: Int) -> Value {
      var (before, after) = (shape.map { _ in 0 }, shape.map { _ in 0 })
      (before[axis], after[axis]) = isReversed ? (-distance, distance) : (distance, -distance)
      return value.applying(Padding(before: before, after: after, value: 1))
    }
    guard extent > 0 else { return self }
    var result = isExclusive ? shifted(self, by: 1) : self
    var distance = 1
    while distance < extent {
      result = result * shifted(result, by: distance)
      distance *= 2
    }
    return result
  }

  /// The determinants of the small square matrices that the last two axes make, by the first row's minors.
  package func determinant() -> Value {
    let extent = shape[shape.count - 1]
    let (rows, columns) = (shape.count - 2, shape.count - 1)
    guard extent > 1 else { return reshaped(to: Array(shape.dropLast(2))) }
    var terms: [Value] = []
    let below = sliced(axis: rows, from: 1, count: extent - 1)
    for column in 0..<extent {
      let others = (0..<extent).filter { $0 != column }.map { Int32($0) }
      let minor = below.gathered(others, along: columns).determinant()
      let factor = sliced(axis: rows, from: 0, count: 1).sliced(axis: columns, from: column, count: 1)
        .reshaped(to: minor.shape)
      terms.append(column % 2 == 0 ? factor * minor : -(factor * minor))
    }
    return terms.dropFirst().reduce(terms[0], +)
  }

  /// 1 at the first largest element along an axis, 0 elsewhere.
  package func hardmax(along axis: Int) -> Value {
    var range = [Int](repeating: 1, count: shape.count)
    range[axis] = shape[axis]
    let positions = builder.constant(Tensor(shape: range, values: (0..<shape[axis]).map { Float($0) }))
    return positions.applying(Comparison(.equal), applying(TopKIndices(axis: axis, count: 1)))
  }
}
