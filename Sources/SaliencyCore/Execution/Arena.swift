/// Places buffers in one block of memory so that those alive at the same time do not overlap.
enum Arena {
  /// A buffer's bytes and the first and last step that touch it.
  struct Interval {
    let buffer: Int
    let byteCount: Int
    let first: Int
    let last: Int
  }

  /// How many buffers, the largest ones, are placed as closely as can be, which takes time in the square of their number.
  /// Networks of a few hundred layers have fewer; of deeper ones the rest goes above in a single sweep.
  static let closelyPlacedCount = 4_096

  /// Offsets by buffer and the size of the block.
  static func layout(_ intervals: [Interval], alignment: Int) -> (offsets: [Int: Int], byteCount: Int) {
    var offsets: [Int: Int] = [:]
    let order = intervals.map { interval in
      let size = (max(interval.byteCount, 1) + alignment - 1) / alignment * alignment
      return Interval(buffer: interval.buffer, byteCount: size, first: interval.first, last: interval.last)
    }.sorted { ($0.byteCount, $1.first, $1.buffer) > ($1.byteCount, $0.first, $0.buffer) }
    let base = placeClosely(order.prefix(closelyPlacedCount), &offsets)
    let byteCount = sweep(order.dropFirst(closelyPlacedCount), from: base, &offsets)
    return (offsets, byteCount)
  }

  /// Largest first, each in the lowest gap that is free for its lifetime.
  private static func placeClosely(_ intervals: some Sequence<Interval>, _ offsets: inout [Int: Int]) -> Int {
    // In order of offsets, so that the search for a gap stops at the first.
    var placed: [(interval: Interval, offset: Int)] = []
    var total = 0
    for interval in intervals {
      var offset = 0
      for neighbor in placed {
        if offset + interval.byteCount <= neighbor.offset { break }
        if neighbor.interval.first <= interval.last, interval.first <= neighbor.interval.last {
          offset = max(offset, neighbor.offset + neighbor.interval.byteCount)
        }
      }
      placed.insert((interval, offset), at: placed.firstIndex { $0.offset > offset } ?? placed.count)
      offsets[interval.buffer] = offset
      total = max(total, offset + interval.byteCount)
    }
    return total
  }

  /// In order of time, each in the lowest gap that is free by then.
  private static func sweep(
    _ intervals: some Sequence<Interval>, from base: Int, _ offsets: inout [Int: Int]
  ) -> Int {
    let endings = intervals.sorted { $0.last < $1.last }
    var ended = 0
    var gaps: [Range<Int>] = []
    var total = base
    for interval in intervals.sorted(by: { $0.first < $1.first }) {
      while endings[ended].last < interval.first {
        let offset = offsets[endings[ended].buffer]!
        free(offset..<offset + endings[ended].byteCount, in: &gaps)
        ended += 1
      }
      if let index = gaps.firstIndex(where: { $0.count >= interval.byteCount }) {
        let gap = gaps[index]
        offsets[interval.buffer] = gap.lowerBound
        if gap.count == interval.byteCount {
          gaps.remove(at: index)
        } else {
          gaps[index] = gap.lowerBound + interval.byteCount..<gap.upperBound
        }
      } else {
        offsets[interval.buffer] = total
        total += interval.byteCount
      }
    }
    return total
  }

  /// Adds a gap to those in ascending order, joined with its neighbors.
  private static func free(_ range: Range<Int>, in gaps: inout [Range<Int>]) {
    var (low, high) = (0, gaps.count)
    while low < high {
      let middle = (low + high) / 2
      if gaps[middle].lowerBound < range.lowerBound { low = middle + 1 } else { high = middle }
    }
    let joinsPrevious = low > 0 && gaps[low - 1].upperBound == range.lowerBound
    let joinsNext = low < gaps.count && gaps[low].lowerBound == range.upperBound
    let start = joinsPrevious ? gaps[low - 1].lowerBound : range.lowerBound
    let end = joinsNext ? gaps[low].upperBound : range.upperBound
    gaps.replaceSubrange(low - (joinsPrevious ? 1 : 0)..<low + (joinsNext ? 1 : 0), with: [start..<end])
  }
}
