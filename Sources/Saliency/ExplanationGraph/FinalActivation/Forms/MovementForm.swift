import SaliencyCore

/// A change of shape or order, or the choice of a part: each number of the result is one of the operand's.
struct MovementForm: ActivationForm {
  func activation(of value: Value, _ finder: ActivationFinder) -> ActivatedValue? {
    let operation = value.node.operation
    guard operation is Reshape || operation is Transpose || operation is Slice || operation is Gather,
      var found = finder.activation(of: value.operand())
    else { return nil }
    found.axis = value.followed(found.axis)
    // In the result's shape, so that a unit is the same before and after.
    found.score = found.score.map { score in { score().applying(operation) } }
    return found
  }
}

extension Value {
  /// Where an axis of the first operand is; nil where it is gone.
  func followed(_ axis: Int?) -> Int? {
    axis.flatMap {
      node.operation.followedAxes(of: node.operands.map { builder.nodes[$0].shape }, in: shape)[0][$0]
    }
  }
}
