extension Operation {
  /// Throws unless there are `count` operands.
  func expect(_ operands: [Shape], count: Int) throws(GraphError) {
    try expect(operands, count: count...count)
  }

  /// Throws unless the number of operands lies in `range`.
  func expect(_ operands: [Shape], count range: ClosedRange<Int>) throws(GraphError) {
    guard !range.contains(operands.count) else { return }
    let expected = range.count == 1 ? "\(range.lowerBound)" : "\(range.lowerBound) to \(range.upperBound)"
    throw GraphError(.shapeMismatch, "takes \(expected) operands, not \(operands.count)")
  }

  /// Throws a shape error with `message` unless `condition` holds.
  func require(_ condition: Bool, _ message: @autoclosure () -> String) throws(GraphError) {
    if !condition { throw GraphError(.shapeMismatch, message()) }
  }
}
