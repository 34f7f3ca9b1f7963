/// The gradients that arrive at one value, which are summed.
///
/// Where a value is taken apart into slices, each returns a tensor of zeros with its own gradient in it. Adding those up
/// takes work in the square of their number; so they are kept aside and, where they lie side by side, joined.
struct CollectedGradients {
  private var sum: Value?
  private var placements: [(slice: Slice, gradient: Value)] = []

  mutating func add(_ gradient: Value) {
    let node = gradient.node
    if let placement = node.operation as? SliceScatter, placement.slice.steps.allSatisfy({ $0 == 1 }) {
      placements.append((placement.slice, gradient))
    } else {
      sum = sum.map { $0 + gradient } ?? gradient
    }
  }

  /// The sum of all, nil where there are none.
  func total() -> Value? {
    guard placements.count > 1 else {
      return placements.reduce(sum) { sum, placement in
        sum.map { $0 + placement.gradient } ?? placement.gradient
      }
    }
    var total = sum
    var byAxis: [Int?: [(slice: Slice, gradient: Value)]] = [:]
    for placement in placements {
      byAxis[placement.slice.onlyAxis(in: placement.gradient.shape), default: []].append(placement)
    }
    for (axis, placements) in byAxis.sorted(by: { $0.key ?? -1 < $1.key ?? -1 }) {
      let parts = axis.map { Self.joined(placements, axis: $0) } ?? placements.map(\.gradient)
      for part in parts { total = total.map { $0 + part } ?? part }
    }
    return total
  }

  /// Slices along one axis, those that follow one another joined into larger ones.
  private static func joined(_ placements: [(slice: Slice, gradient: Value)], axis: Int) -> [Value] {
    let ascending = placements.enumerated().sorted {
      ($0.element.slice.starts[axis], $0.offset) < ($1.element.slice.starts[axis], $1.offset)
    }.map(\.element)
    // Runs of neighbors; slices that overlap go into runs of their own.
    var runs: [(start: Int, end: Int, gradients: [Value])] = []
    var runsByEnd: [Int: [Int]] = [:]
    for (slice, gradient) in ascending {
      let (start, count) = (slice.starts[axis], slice.counts[axis])
      let builder = gradient.builder
      let inner = builder.value(at: gradient.node.operands[0])
      if count > 0, let run = runsByEnd[start]?.popLast() {
        runs[run].gradients.append(inner)
        runs[run].end += count
        runsByEnd[start + count, default: []].append(run)
      } else {
        runs.append((start, start + count, [inner]))
        runsByEnd[start + count, default: []].append(runs.count - 1)
      }
    }
    let shape = placements[0].gradient.shape
    return runs.map { run in
      let whole =
        run.gradients.count == 1
        ? run.gradients[0] : run.gradients[0].builder.append(Concatenation(axis: axis), run.gradients)
      guard whole.shape != shape else { return whole }
      var starts = shape.map { _ in 0 }
      starts[axis] = run.start
      let slice = Slice(starts: starts, counts: whole.shape, steps: shape.map { _ in 1 })
      return whole.applying(SliceScatter(slice, shape: shape))
    }
  }
}

extension Slice {
  /// The axis along which alone this takes less than all; nil where there are several.
  fileprivate func onlyAxis(in shape: Shape) -> Int? {
    let axes = shape.indices.filter { counts[$0] != shape[$0] }
    return axes.count == 1 ? axes[0] : nil
  }
}
