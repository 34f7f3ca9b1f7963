internal import LibC

/// Normally distributed random numbers of mean 0 and deviation 1, the same for the same seed on every machine: SplitMix64 (Steele et
/// al., "Fast Splittable Pseudorandom Number Generators", 2014) and the polar method of Box and Muller.
struct GaussianNoise {
  private var random: SplitMix64
  private var spare: Float?

  init(seed: UInt64) { random = SplitMix64(seed: seed) }

  mutating func next() -> Float {
    if let number = spare {
      spare = nil
      return number
    }
    while true {
      let (a, b) = (2 * random.nextShare() - 1, 2 * random.nextShare() - 1)
      let square = a * a + b * b
      guard square > 0, square < 1 else { continue }
      let factor = (-2 * log(square) / square).squareRoot()
      spare = Float(b * factor)
      return Float(a * factor)
    }
  }
}

/// Evenly distributed random bits.
struct SplitMix64: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var bits = state
    bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
    return bits ^ (bits >> 31)
  }

  /// A number from 0 up to but not including 1.
  mutating func nextShare() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// A whole number from 0 up to but not including `bound`.
  mutating func nextIndex(below bound: Int) -> Int { min(Int(nextShare() * Double(bound)), bound - 1) }

  /// `count` of the numbers from 0 up to but not including `total`, each as likely as the others, in random order.
  mutating func nextSubset(of total: Int, count: Int) -> ArraySlice<Int> {
    var numbers = Array(0..<total)
    for index in 0..<count { numbers.swapAt(index, index + nextIndex(below: total - index)) }
    return numbers.prefix(count)
  }
}
