/// The steps along an axis that a node is computed from, where steps are taken one by one.
struct StepsTaken: Sendable, Hashable {
  var first: Int
  var last: Int
  /// How many steps the axis has.
  let count: Int

  /// The steps along each axis that a node takes whose operands take those; which axis it is, the caller says.
  static func union(_ operands: [[Int: StepsTaken]]) -> [Int: StepsTaken] {
    var result: [Int: StepsTaken] = [:]
    for operand in operands {
      result.merge(operand) { known, steps in
        guard known.count == steps.count else { return known }
        return StepsTaken(
          first: min(known.first, steps.first), last: max(known.last, steps.last), count: known.count)
      }
    }
    return result
  }

  /// The axis of which each of several parts has taken one step more than the one before it, from either end; nil where they are no steps.
  static func axis(of parts: [[Int: StepsTaken]]) -> Int? {
    parts.first?.keys.sorted().first { axis in
      let all = parts.compactMap { $0[axis] }
      guard all.count == parts.count, all[0].count == parts.count else { return false }
      return all.enumerated().allSatisfy { $0 == $1.last } || all.enumerated().allSatisfy { $0 == $1.first }
    }
  }
}

extension Graph {
  /// The axes of a node's operand along which it takes one element of several, with the element.
  func chosenSteps(_ index: Int) -> [(axis: Int, step: Int)] {
    let node = nodes[index]
    switch node.operation {
    case let slice as Slice:
      let extents = nodes[node.operands[0]].shape
      return extents.indices.filter { slice.counts[$0] == 1 && extents[$0] > 1 }.map {
        ($0, slice.starts[$0])
      }
    case let gather as Gather where gather.indices.count == 1 && nodes[node.operands[0]].shape[1] > 1:
      return [(1, Int(gather.indices[0]))]
    default: return []
    }
  }
}
