import SaliencyCore

/// A softmax that is written as a quotient, eˣ / Σ eˣ, or as a product with the reciprocal of the sum, with the largest x taken off before or not.
struct SoftmaxForm: ActivationForm {
  func activation(of value: Value, _ finder: ActivationFinder) -> ActivatedValue? {
    switch value.node.operation {
    case is Division: return share(value, of: value.operand(0), beside: value.operand(1), value.operand(1))
    case is Multiplication:
      for position in 0...1 {
        let factor = value.operand(1 - position)
        guard let divisor = factor.unbroadcast.unshaped.inverted,
          let share = share(value, of: value.operand(position), beside: factor, divisor)
        else { continue }
        return share
      }
      return nil
    default: return nil
    }
  }

  /// - Parameters:
  ///   - factor: what is multiplied with or divided by, in the shape that is broadcast.
  ///   - divisor: what is divided by.
  private func share(
    _ value: Value, of exponential: Value, beside factor: Value, _ divisor: Value
  ) -> ActivatedValue? {
    guard exponential.node.operation is Exponential, exponential.shape == value.shape,
      let sum = SumAlongAxis(
        divisor.unbroadcast.unshaped.unguarded.unshaped, broadcastAs: factor, to: value.shape),
      sum.operand.index == exponential.index
    else { return nil }
    let score = exponential.operand().withoutLargest(along: sum.axis)
    return ActivatedValue(activation: .softmax, axis: sum.axis) { score }
  }
}

/// A log-softmax that is written as a difference: x − ln Σ eˣ, with the largest x taken off before, or before the exponentials alone.
struct LogSoftmaxForm: ActivationForm {
  func activation(of value: Value, _ finder: ActivationFinder) -> ActivatedValue? {
    guard value.node.operation is Subtraction, value.operand(0).shape == value.shape else { return nil }
    let (minuend, subtrahend) = (value.operand(0), value.operand(1).unbroadcast.unshaped)
    var (logarithm, largest) = (subtrahend, nil as Value?)
    if subtrahend.node.operation is Addition {
      let parts = [subtrahend.operand(0), subtrahend.operand(1)]
      guard let position = parts.firstIndex(where: { $0.unshaped.node.operation is Logarithm }),
        parts.allSatisfy({ $0.shape == subtrahend.shape })
      else { return nil }
      (logarithm, largest) = (parts[position].unshaped, parts[1 - position].unshaped)
    }
    guard logarithm.node.operation is Logarithm,
      let sum = SumAlongAxis(
        logarithm.operand().unshaped.unguarded.unshaped, broadcastAs: value.operand(1), to: value.shape),
      sum.operand.node.operation is Exponential
    else { return nil }
    let exponent = sum.operand.operand()
    guard let largest else {
      guard exponent.index == minuend.index else { return nil }
      let score = minuend.withoutLargest(along: sum.axis)
      return ActivatedValue(activation: .softmax, axis: sum.axis, isLogarithm: true) { score }
    }
    // What was taken off is added again.
    guard exponent.withoutLargest(along: sum.axis).index == minuend.index, exponent.index != minuend.index,
      exponent.operand(1).unbroadcast.unshaped.index == largest.index
    else { return nil }
    return ActivatedValue(activation: .softmax, axis: sum.axis, isLogarithm: true) { minuend }
  }
}

/// A sum along one axis that each of its terms meets again.
private struct SumAlongAxis {
  let axis: Int
  /// What is summed.
  let operand: Value

  /// - Parameters:
  ///   - sum: the sum.
  ///   - broadcast: it, or what is made of each of its elements, in the shape that is broadcast: an axis that was taken away has to come back where it
  ///     was.
  ///   - shape: what it is broadcast to.
  init?(_ sum: Value, broadcastAs broadcast: Value, to shape: Shape) {
    guard let reduction = sum.node.operation as? Reduction, reduction.function == .sum,
      sum.operand().shape == shape
    else { return nil }
    // Along axes of one element nothing is summed.
    let axes = reduction.axes.filter { shape[$0] > 1 }
    guard axes.count <= 1, let axis = axes.first ?? reduction.axes.last,
      broadcast.isBroadcast(along: axis, to: shape, everywhereElse: false)
    else { return nil }
    (self.axis, operand) = (axis, sum.operand())
  }
}

extension Value {
  /// The value that was broadcast.
  fileprivate var unbroadcast: Value { node.operation is Broadcast ? operand() : self }

  /// The same elements before changes of shape.
  fileprivate var unshaped: Value {
    var value = self
    while value.node.operation is Reshape { value = value.operand() }
    return value
  }

  /// A sum without what keeps it from being 0: a number next to nothing that is added, or that it is at least.
  fileprivate var unguarded: Value {
    switch node.operation {
    case let affine as Affine where affine.scale == 1 && 0...1e-5 ~= affine.offset: return operand()
    case let clamp as Clamp where 0...1e-5 ~= clamp.lower && clamp.upper == .infinity: return operand()
    case is Maximum, is Addition:
      guard let (value, number, _) = withNumber, 0...1e-5 ~= number else { return self }
      return value
    default: return self
    }
  }

  /// A largest number without what keeps it finite: a number that it is at least, or one that stands in its place where it is infinite.
  fileprivate var unbounded: Value {
    switch node.operation {
    case let clamp as Clamp where clamp.upper == .infinity: return operand()
    case is Maximum: return withNumber?.value ?? self
    case is Selection:
      return [operand(1), operand(2)].first { !$0.isConstant && $0.shape == shape } ?? self
    default: return self
    }
  }

  /// What the value is 1 divided by.
  fileprivate var inverted: Value? {
    switch node.operation {
    case let power as Power where power.exponent == -1: return operand()
    case is Division:
      guard let (divisor, number, isNumberFirst) = withNumber, number == 1, isNumberFirst else { return nil }
      return divisor
    default: return nil
    }
  }

  /// Whether the value has one element along an axis of `shape`, to which it is broadcast.
  ///
  /// - Parameter everywhereElse: whether it may be broadcast along the other axes, too.
  fileprivate func isBroadcast(along axis: Int, to shape: Shape, everywhereElse: Bool) -> Bool {
    let own = unbroadcast.shape
    guard own.count <= shape.count else { return false }
    let padded = Array(repeating: 1, count: shape.count - own.count) + own
    return shape.indices.allSatisfy {
      $0 == axis ? padded[$0] == 1 : padded[$0] == shape[$0] || everywhereElse && padded[$0] == 1
    }
  }

  /// x of x − max x, where the largest is the same along an axis, so that the softmax of both is the same; itself where it is none.
  fileprivate func withoutLargest(along axis: Int) -> Value {
    guard node.operation is Subtraction, operand(0).shape == shape,
      operand(1).isBroadcast(along: axis, to: shape, everywhereElse: true)
    else { return self }
    let largest = operand(1).unbroadcast.unshaped.unbounded.unshaped
    guard let extreme = largest.node.operation as? MinMaxReduction, extreme.isMaximum,
      largest.operand().index == operand(0).index
    else { return self }
    return operand(0)
  }
}
