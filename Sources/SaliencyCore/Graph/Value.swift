/// A tensor that a graph under construction will compute, with the operations on it.
public struct Value {
  /// Where the value's node is collected.
  public let builder: GraphBuilder
  /// The node's index.
  public let index: Int

  /// The node that computes the value.
  public var node: Node { builder.nodes[index] }

  /// The extents, outermost first.
  public var shape: Shape { node.shape }

  /// Whether the value depends on no input.
  public var isConstant: Bool { builder.isConstant(index) }

  /// Applies an operation to this value and others.
  public func applying(_ operation: any Operation, _ others: Value..., name: String? = nil) -> Value {
    builder.append(operation, [self] + others, name: name)
  }
}

/// The sum, with NumPy's broadcasting.
public func + (left: Value, right: Value) -> Value { left.applying(Addition(), right) }
/// The difference, with NumPy's broadcasting.
public func - (left: Value, right: Value) -> Value { left.applying(Subtraction(), right) }
/// The product element by element, with NumPy's broadcasting.
public func * (left: Value, right: Value) -> Value { left.applying(Multiplication(), right) }
/// The quotient element by element, with NumPy's broadcasting.
public func / (left: Value, right: Value) -> Value { left.applying(Division(), right) }
/// The value with its sign changed.
public prefix func - (value: Value) -> Value { value.applying(Affine(scale: -1, offset: 0)) }
/// The value with a number added to each element.
public func + (left: Value, right: Float) -> Value { left.applying(Affine(scale: 1, offset: right)) }
/// The value with a number subtracted from each element.
public func - (left: Value, right: Float) -> Value { left.applying(Affine(scale: 1, offset: -right)) }
/// The value with each element multiplied by a number.
public func * (left: Value, right: Float) -> Value { left.applying(Affine(scale: right, offset: 0)) }
/// The value with each element divided by a number.
public func / (left: Value, right: Float) -> Value { left.applying(Affine(scale: 1 / right, offset: 0)) }
/// The value with a number added to each element.
public func + (left: Float, right: Value) -> Value { right + left }
/// A number less each element.
public func - (left: Float, right: Value) -> Value { right.applying(Affine(scale: -1, offset: left)) }
/// The value with each element multiplied by a number.
public func * (left: Float, right: Value) -> Value { right * left }

extension Value {
  /// max(x, 0)
  public func rectified() -> Value { applying(Rectifier()) }
  /// |x|
  public func magnitude() -> Value { applying(Absolute()) }
  /// x ^ exponent
  public func power(_ exponent: Float) -> Value { applying(Power(exponent: exponent)) }
  /// This value where `lower` < `condition` < `upper`, 0 elsewhere.
  public func gated(by condition: Value, above lower: Float, below upper: Float = .infinity) -> Value {
    applying(Gate(lower: lower, upper: upper), condition)
  }

  /// The same elements in another shape.
  public func reshaped(to shape: Shape) -> Value {
    shape == self.shape ? self : applying(Reshape(shape: shape))
  }

  /// The axes in another order: axis `i` of the result is axis `permutation[i]` of this value.
  public func transposed(_ permutation: [Int], name: String? = nil) -> Value {
    permutation == Array(permutation.indices)
      ? self : applying(Transpose(permutation: permutation), name: name)
  }

  /// The value repeated along axes of extent 1, up to `shape`.
  public func broadcast(to shape: Shape) -> Value {
    shape == self.shape ? self : applying(Broadcast(shape: shape))
  }

  /// The sum over `axes` (all where nil), which stay with extent 1 unless `keepsAxes` is false.
  public func sum(_ axes: [Int]? = nil, keepsAxes: Bool = true) -> Value {
    reduced(.sum, axes, keepsAxes: keepsAxes)
  }

  /// The mean over `axes` (all where nil), which stay with extent 1 unless `keepsAxes` is false.
  public func mean(_ axes: [Int]? = nil, keepsAxes: Bool = true) -> Value {
    reduced(.mean, axes, keepsAxes: keepsAxes)
  }

  private func reduced(_ function: Reduction.Function, _ axes: [Int]?, keepsAxes: Bool) -> Value {
    let axes = (axes ?? Array(shape.indices)).map { shape.resolved(axis: $0) ?? $0 }.sorted()
    let reduced = axes.isEmpty ? self : applying(Reduction(function, axes: axes))
    guard !keepsAxes else { return reduced }
    return reduced.reshaped(to: shape.indices.filter { !axes.contains($0) }.map { shape[$0] })
  }

  /// The sum over the axes along which a tensor of `shape` was broadcast to this one: broadcasting undone.
  public func summed(to shape: Shape) -> Value {
    guard shape != self.shape else { return self }
    guard shape.broadcast(with: self.shape) == self.shape else {
      builder.fail(
        GraphError(.shapeMismatch, "a value of \(self.shape.text) cannot be summed to \(shape.text)"),
        node: builder.scope)
      return self
    }
    let padded = shape.padded(toRank: self.shape.count)
    let axes = padded.indices.filter { padded[$0] == 1 && self.shape[$0] != 1 }
    return (axes.isEmpty ? self : sum(axes)).reshaped(to: shape)
  }
}
