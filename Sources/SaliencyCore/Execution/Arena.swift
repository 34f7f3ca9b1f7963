/// Places buffers in one block of memory so that those alive at the same time do not overlap.
enum Arena {
  /// A buffer's bytes and the first and last step that touch it.
  struct Interval {
    let buffer: Int
    let byteCount: Int
    let first: Int
    let last: Int
  }

  /// Offsets by buffer and the size of the block: largest first, each in the lowest gap that is free for its lifetime.
  static func layout(_ intervals: [Interval], alignment: Int) -> (offsets: [Int: Int], byteCount: Int) {
    var placed: [(interval: Interval, offset: Int, size: Int)] = []
    var offsets: [Int: Int] = [:]
    var total = 0
    let order = intervals.sorted {
      ($0.byteCount, $1.first, $1.buffer) > ($1.byteCount, $0.first, $0.buffer)
    }
    for interval in order {
      let size = (max(interval.byteCount, 1) + alignment - 1) / alignment * alignment
      let neighbours = placed.filter {
        $0.interval.first <= interval.last && interval.first <= $0.interval.last
      }
      .sorted { $0.offset < $1.offset }
      var offset = 0
      for neighbour in neighbours {
        if offset + size <= neighbour.offset { break }
        offset = max(offset, neighbour.offset + neighbour.size)
      }
      placed.append((interval, offset, size))
      offsets[interval.buffer] = offset
      total = max(total, offset + size)
    }
    return (offsets, total)
  }
}
