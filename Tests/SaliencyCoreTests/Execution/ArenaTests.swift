import SaliencyTestSupport
import Testing

@testable import SaliencyCore

@Suite("The arena")
struct ArenaTests {
  @Test("Buffers that live at the same time never overlap, and none leaves the block", arguments: 0..<40)
  func disjoint(_ seed: Int) {
    var generator = SplitMix64(seed: UInt64(seed))
    let intervals = (0..<Int.random(in: 1...60, using: &generator)).map { buffer in
      let first = Int.random(in: -1...50, using: &generator)
      return Arena.Interval(
        buffer: buffer, byteCount: Int.random(in: 0...500, using: &generator), first: first,
        last: first + Int.random(in: 0...(seed.isMultiple(of: 2) ? 5 : 60), using: &generator))
    }
    let (offsets, byteCount) = Arena.layout(intervals, alignment: 64)
    #expect(offsets.count == intervals.count)
    for (index, interval) in intervals.enumerated() {
      let offset = offsets[interval.buffer]!
      #expect(offset >= 0 && offset % 64 == 0 && offset + interval.byteCount <= byteCount)
      for other in intervals[..<index] where interval.first <= other.last && other.first <= interval.last {
        let start = offsets[other.buffer]!
        #expect(
          offset + interval.byteCount <= start || start + other.byteCount <= offset,
          "buffers \(interval.buffer) and \(other.buffer)")
        #expect(offset != start, "even empty buffers have an address of their own")
      }
    }
    let sum = intervals.reduce(0) { $0 + ($1.byteCount + 63) / 64 * 64 + 64 }
    #expect(byteCount <= sum)
  }

  @Test("Buffers that follow one another share their memory")
  func reuse() {
    let intervals = (0..<100).map { Arena.Interval(buffer: $0, byteCount: 640, first: $0, last: $0 + 1) }
    #expect(Arena.layout(intervals, alignment: 64).byteCount == 1_280)
    #expect(Arena.layout([], alignment: 64).byteCount == 0)
  }

  @Test("The same buffers are laid out in the same way again")
  func determinism() {
    let intervals = (0..<30).map {
      Arena.Interval(buffer: $0, byteCount: $0 % 3 * 100, first: $0 % 7, last: $0 % 7 + $0 % 5)
    }
    let first = Arena.layout(intervals, alignment: 64)
    let second = Arena.layout(intervals.reversed(), alignment: 64)
    #expect(first.offsets == second.offsets && first.byteCount == second.byteCount)
  }
}
