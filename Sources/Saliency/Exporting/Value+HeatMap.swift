import SaliencyCore

extension Value {
  /// The map of each item as figures show it, from 0 to 1: reduced over channels, divided by the magnitude below which 99 % of
  /// the item's numbers lie, and cut off. Where attributions have a sign, 0 becomes 0.5.
  func heatMap(channelAxis: Int?, isSigned: Bool) -> Value {
    var map = self
    if let channelAxis, shape[channelAxis] > 1 {
      let largest = applying(MinMaxReduction(axes: [channelAxis], isMaximum: true))
      if isSigned {
        let smallest = applying(MinMaxReduction(axes: [channelAxis], isMaximum: false))
        let isLarger = largest.applying(Comparison(.greaterOrEqual), -smallest)
        map = isLarger.applying(Selection(), largest, smallest)
      } else {
        map = largest
      }
    }
    var shape = map.shape
    if let channelAxis { shape.remove(at: channelAxis) }
    let count = shape.dropFirst().reduce(1, *)
    let flat = map.reshaped(to: [shape[0], count])
    let magnitudes = isSigned ? flat.magnitude() : flat.rectified()
    let bound = magnitudes.percentile(0.99)
    let zero = builder.constant(Tensor(0))
    // Where nearly all numbers are zero, the largest counts; where all are, nothing is left to divide.
    let largest = magnitudes.applying(MinMaxReduction(axes: [1], isMaximum: true))
    let chosen = bound.applying(Comparison(.greater), zero).applying(Selection(), bound, largest)
    let hasBound = chosen.applying(Comparison(.greater), zero)
    let divisor = hasBound.applying(Selection(), chosen, builder.constant(Tensor(1)))
    let scaled = (flat / divisor).applying(Clamp(lower: isSigned ? -1 : 0, upper: 1))
    return (isSigned ? scaled * 0.5 + 0.5 : scaled).reshaped(to: shape)
  }

  /// For each row of a matrix the number below which a share of its numbers lies, as `numpy.percentile` interpolates it.
  private func percentile(_ share: Double) -> Value {
    let count = shape[1]
    let position = share * Double(count - 1)
    let lower = Int(position.rounded(.down))
    // In descending order, down to the number at `lower`.
    let ranks = applying(TopKIndices(axis: 1, count: count - lower))
    let best = applying(AxisGather(axis: 1), ranks)
    func rank(_ rank: Int) -> Value {
      best.applying(Slice(starts: [0, rank], counts: [shape[0], 1], steps: [1, 1]))
    }
    let below = rank(count - 1 - lower)
    guard lower + 1 < count else { return below }
    let above = rank(count - 2 - lower)
    return below + (above - below) * Float(position - Double(lower))
  }
}
