import SaliencyCore

/// A straight line by channel, x · scale + shift: batch normalization, a bias, or a part of them.
///
/// Both are constants, a vector with a number a channel or one number for all; nil where they change nothing.
struct ChannelLine {
  var scale: Value?
  var shift: Value?

  /// This line and then another.
  func followed(by next: ChannelLine) -> ChannelLine {
    func combined(_ a: Value?, _ b: Value?, _ combine: (Value, Value) -> Value) -> Value? {
      guard let a, let b else { return a ?? b }
      return combine(a, b)
    }
    let shift = next.scale.map { scale in self.shift.map { $0 * scale } } ?? self.shift
    return ChannelLine(scale: combined(scale, next.scale, *), shift: combined(shift, next.shift, +))
  }

  /// What a node does to the one operand that is no constant, and the index of that; nil where it is no such line.
  static func step(_ node: Node, axis: Int, _ builder: GraphBuilder) -> (ChannelLine, from: Int)? {
    func constant(_ number: Float, unless neutral: Float) -> Value? {
      number == neutral ? nil : builder.constant(Tensor(number))
    }
    if let affine = node.operation as? Affine {
      let line = ChannelLine(
        scale: constant(affine.scale, unless: 1), shift: constant(affine.offset, unless: 0))
      return (line, node.operands[0])
    }
    guard node.operands.count == 2 else { return nil }
    let operands = node.operands.map(builder.value(at:))
    guard let dynamic = operands.firstIndex(where: { !$0.isConstant }),
      operands[dynamic].shape == node.shape,
      let vector = operands[1 - dynamic].channels(along: axis, of: node.shape)
    else { return nil }
    switch node.operation {
    case is Multiplication: return (ChannelLine(scale: vector), node.operands[dynamic])
    case is Addition: return (ChannelLine(shift: vector), node.operands[dynamic])
    case is Subtraction where dynamic == 0: return (ChannelLine(shift: -vector), node.operands[0])
    case is Subtraction:
      return (ChannelLine(scale: builder.constant(Tensor(-1)), shift: vector), node.operands[1])
    case is Division where dynamic == 0:
      return (ChannelLine(scale: builder.constant(Tensor(1)) / vector), node.operands[0])
    default: return nil
    }
  }
}

extension Value {
  /// The numbers of a constant that differ along an axis of `shape` at most: a vector, or one number; nil where there are others.
  fileprivate func channels(along axis: Int, of shape: Shape) -> Value? {
    guard isConstant, self.shape.count <= shape.count else { return nil }
    if self.shape.elementCount == 1 { return reshaped(to: []) }
    var expected = shape.map { _ in 1 }
    expected[axis] = shape[axis]
    return self.shape.padded(toRank: shape.count) == expected ? reshaped(to: [shape[axis]]) : nil
  }

  /// A vector so that it lies along an axis of a tensor of `rank` axes; a single number as it is.
  func along(_ axis: Int, rank: Int) -> Value {
    shape.isEmpty ? self : reshaped(to: shape + [Int](repeating: 1, count: rank - 1 - axis))
  }
}
