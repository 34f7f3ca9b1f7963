/// What rules and losses are written with, beside the operators.
extension Value {
  /// eˣ
  public func exponential() -> Value { applying(Exponential()) }
  /// ln x
  public func logarithm() -> Value { applying(Logarithm()) }
  /// √x; its derivative at 0 is infinite.
  public func squareRoot() -> Value { applying(SquareRoot()) }
  /// x²
  public func squared() -> Value { self * self }
  /// 1 / (1 + e⁻ˣ)
  public func sigmoid() -> Value { applying(Sigmoid()) }
  /// The hyperbolic tangent.
  public func hyperbolicTangent() -> Value { applying(HyperbolicTangent()) }
  /// eˣ as shares of their sum along an axis.
  public func softmax(axis: Int) -> Value { applying(Softmax(axis: shape.resolved(axis: axis) ?? axis)) }

  /// The larger of both, element by element; where they are equal each has half the gradient.
  public func maximum(_ other: Value) -> Value { applying(Maximum(), other) }
  /// The smaller of both, element by element; where they are equal each has half the gradient.
  public func minimum(_ other: Value) -> Value { applying(Minimum(), other) }
  /// The larger of x and a number.
  public func maximum(_ number: Float) -> Value { maximum(builder.constant(Tensor(number))) }
  /// The smaller of x and a number.
  public func minimum(_ number: Float) -> Value { minimum(builder.constant(Tensor(number))) }
  /// The largest elements over `axes` (all where nil), which stay with extent 1; ties share the gradient.
  public func largest(_ axes: [Int]? = nil) -> Value { extreme(over: resolved(axes), isMaximum: true) }
  /// The smallest elements over `axes` (all where nil), which stay with extent 1; ties share the gradient.
  public func smallest(_ axes: [Int]? = nil) -> Value { extreme(over: resolved(axes), isMaximum: false) }

  /// 1 where x is greater, 0 elsewhere; its derivative is 0.
  public func isGreater(than other: Value) -> Value { applying(Comparison(.greater), other) }
  /// 1 where x is less, 0 elsewhere; its derivative is 0.
  public func isLess(than other: Value) -> Value { applying(Comparison(.less), other) }
  /// 1 where x is greater than a number, 0 elsewhere; its derivative is 0.
  public func isGreater(than number: Float) -> Value { isGreater(than: builder.constant(Tensor(number))) }
  /// 1 where x is less than a number, 0 elsewhere; its derivative is 0.
  public func isLess(than number: Float) -> Value { isLess(than: builder.constant(Tensor(number))) }

  /// A part of the value along an axis: `value[axis: 1, 13..<14]` is the channel 13 of batch×channels×height×width.
  ///
  /// Negative axes count from the last. A range beyond the axis is an error of the graph, thrown when it is built.
  public subscript(axis axis: Int, range: Range<Int>) -> Value {
    guard let resolved = shape.resolved(axis: axis), range.lowerBound >= 0,
      range.upperBound <= shape[resolved]
    else {
      builder.fail(
        GraphError(
          .shapeMismatch,
          "elements \(range.lowerBound)..<\(range.upperBound) of axis \(axis) do not exist in a value of \(shape.text)"
        ),
        node: builder.scope)
      return self
    }
    return sliced(axis: resolved, from: range.lowerBound, count: range.count)
  }

  /// Σ (x − y)² over all axes but the first: a number an item of the batch, of shape batch×1×….
  public func squaredDistance(to other: Value) -> Value {
    let difference = self - other
    return difference.squared().sum(Array(difference.shape.indices.dropFirst()))
  }

  private func resolved(_ axes: [Int]?) -> [Int] {
    (axes ?? Array(shape.indices)).map { shape.resolved(axis: $0) ?? $0 }.sorted()
  }
}
