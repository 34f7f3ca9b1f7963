public import SaliencyCore

/// A small generator with a seed, so that every run of a test sees the same numbers (Steele et al., "Fast splittable
/// pseudorandom number generators", 2014).
public struct SplitMix64: RandomNumberGenerator, Sendable {
  private var state: UInt64

  /// A generator whose numbers depend on `seed` alone.
  public init(seed: UInt64) {
    state = seed
  }

  /// The next 64 bits.
  public mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}

extension Tensor {
  /// A tensor of numbers drawn evenly from `range`.
  public static func random(
    _ shape: Shape, in range: ClosedRange<Float> = -1...1, using generator: inout SplitMix64
  ) -> Tensor {
    Tensor(
      shape: shape, values: (0..<shape.elementCount).map { _ in Float.random(in: range, using: &generator) })
  }
}
