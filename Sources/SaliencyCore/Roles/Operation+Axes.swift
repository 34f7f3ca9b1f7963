extension Operation {
  /// Axes that stand at the same distance from the last one and are equally long.
  public func followedAxes(of operands: [Shape], in result: Shape) -> [[Int?]] {
    operands.map { operand in
      let offset = result.count - operand.count
      return operand.indices.map { axis in
        result.indices.contains(axis + offset) && operand[axis] == result[axis + offset] ? axis + offset : nil
      }
    }
  }

  /// The same axes of the first operand, however long they are, without some; none of the others.
  func sameAxes(of operands: [Shape], without axes: Set<Int> = []) -> [[Int?]] {
    operands.enumerated().map { position, operand in
      operand.indices.map { position == 0 && !axes.contains($0) ? $0 : nil }
    }
  }
}
