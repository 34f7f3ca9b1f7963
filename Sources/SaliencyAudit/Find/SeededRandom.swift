/// Random numbers that are the same for the same seed: SplitMix64.
struct SeededRandom: RandomNumberGenerator {
  private var state: UInt64

  /// - Parameter purpose: what they are for, so that one purpose's numbers do not depend on how many another took.
  init(seed: Int, _ purpose: String) {
    // FNV-1a
    state = purpose.utf8.reduce(0xCBF2_9CE4_8422_2325 ^ UInt64(bitPattern: Int64(seed))) {
      ($0 ^ UInt64($1)) &* 0x100_0000_01B3
    }
  }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return mixed ^ mixed >> 31
  }

  /// A number from 0 to below 1.
  mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// A number from 0 to below a count.
  mutating func index(below count: Int) -> Int { Int(unit() * Double(count)) }

  /// So many of some elements, in their own order; all where there are fewer.
  mutating func sample<Element>(_ elements: [Element], _ count: Int) -> [Element] {
    guard elements.count > count else { return elements }
    var indices = Array(elements.indices)
    for place in 0..<count { indices.swapAt(place, place + index(below: indices.count - place)) }
    return indices.prefix(count).sorted().map { elements[$0] }
  }
}
