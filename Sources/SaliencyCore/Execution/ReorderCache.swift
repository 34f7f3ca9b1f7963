/// The values that were brought into other layouts while a plan is made, so that no one is twice.
struct ReorderCache {
  private var results: [Int: [(source: Placement, result: Placement)]] = [:]
  /// The buffers of the results.
  private var buffers: Set<Int> = []

  /// A value in another layout, where it was brought there before.
  func result(of source: Placement, in layout: Layout) -> Placement? {
    results[source.buffer]?.first {
      $0.source.layout.isEqual(to: source.layout) && $0.result.layout.isEqual(to: layout)
    }?.result
  }

  mutating func append(_ source: Placement, _ result: Placement) {
    results[source.buffer, default: []].append((source, result))
    buffers.insert(result.buffer)
  }

  /// Whether a buffer has such a result, which others may come to read.
  func holdsResult(_ buffer: Int) -> Bool { buffers.contains(buffer) }

  /// Forgets what was made of a buffer's value, as something else is written there.
  mutating func forget(_ buffer: Int) { results[buffer] = nil }
}
