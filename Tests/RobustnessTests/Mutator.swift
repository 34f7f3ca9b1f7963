/// Damages files in the ways that disks, networks and attackers do, the same each time.
struct Mutator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) {
    state = seed
  }

  // SplitMix64.
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<max(1, bound), using: &self) }

  /// The bytes with a few changes; half of them hit the first `headLength` bytes, where files describe themselves.
  mutating func damaged(_ original: [UInt8], headLength: Int = 2_048) -> [UInt8] {
    var bytes = original
    if below(12) == 0 { return Array(bytes.prefix(below(bytes.count))) }
    for _ in 0..<[1, 1, 2, 4][below(4)] where !bytes.isEmpty {
      let place = below(below(2) == 0 ? min(headLength, bytes.count) : bytes.count)
      let end = min(bytes.count, place + 1 + below(32))
      switch below(9) {
      case 0, 1: bytes[place] ^= 1 << UInt8(below(8))
      case 2: bytes[place] = UInt8(below(256))
      case 3: bytes[place] = [0, 1, 0x7F, 0x80, 0xFE, 0xFF].randomElement(using: &self) ?? 0
      case 4: bytes.removeSubrange(place..<end)
      case 5: bytes.insert(contentsOf: bytes[place..<end], at: below(bytes.count))
      case 6: bytes.replaceSubrange(place..<end, with: [UInt8](repeating: 0, count: end - place))
      case 7: copy(from: below(bytes.count), to: place, count: end - place, in: &bytes)
      default: resize(at: place, in: &bytes)
      }
    }
    return bytes
  }

  private func copy(from source: Int, to target: Int, count: Int, in bytes: inout [UInt8]) {
    for index in 0..<min(count, bytes.count - max(source, target)) {
      bytes[target + index] = bytes[source + index]
    }
  }

  /// Changes a whole number of 2, 4 or 8 bytes, as sizes and places are.
  private mutating func resize(at place: Int, in bytes: inout [UInt8]) {
    let width = [2, 4, 8][below(3)]
    let place = place / width * width
    guard place + width <= bytes.count else { return }
    let old = (0..<width).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64(bytes[place + $1]) }
    let choices: [UInt64] = [
      old &+ 1, old &- 1, old &+ 8, old &* 2, old / 2, 0, .max, .max >> 1, 1 << 31, 1 << 16, 0xFFFF_FFFF,
      UInt64(below(bytes.count)),
    ]
    let new = choices.randomElement(using: &self) ?? 0
    for index in 0..<width { bytes[place + index] = UInt8(truncatingIfNeeded: new >> UInt64(8 * index)) }
  }
}
