/// The SHA-256 hash function (FIPS 180-4).
package struct SHA256 {
  private var state: [UInt32] = [
    0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19,
  ]

  /// The hash of `message` as 64 hexadecimal digits; `done` is told what has been read.
  package static func hexDigest(of message: Span<UInt8>, done: (Range<Int>) -> Void = { _ in }) -> String {
    var hash = SHA256()
    let (piece, blocks) = (1 << 22, message.count / 64 * 64)
    for start in stride(from: 0, to: blocks, by: piece) {
      let range = start..<min(start + piece, blocks)
      hash.process(message.extracting(range))
      done(range)
    }
    var tail = (message.count / 64 * 64..<message.count).map { message[$0] }
    tail.append(0x80)
    while tail.count % 64 != 56 { tail.append(0) }
    let bitCount = UInt64(message.count) * 8
    for shift in stride(from: 56, through: 0, by: -8) {
      tail.append(UInt8(truncatingIfNeeded: bitCount >> UInt64(shift)))
    }
    hash.process(tail.span)
    let digits = Array("0123456789abcdef".utf8)
    let nibbles = hash.state.flatMap { word in
      stride(from: 28, through: 0, by: -4).map { digits[Int(word >> UInt32($0) & 0xF)] }
    }
    return String(decoding: nibbles, as: UTF8.self)
  }

  /// Adds the whole blocks of `bytes` to the hash; up to 63 bytes at their end are left over.
  private mutating func process(_ bytes: Span<UInt8>) {
    var words = [UInt32](repeating: 0, count: 64)
    var schedule = words.mutableSpan
    let constants = Self.roundConstants.span
    var sums = state.mutableSpan
    for start in stride(from: 0, through: bytes.count - 64, by: 64) {
      for index in 0..<16 {
        let offset = start + 4 * index
        let high = UInt32(bytes[offset]) << 24 | UInt32(bytes[offset + 1]) << 16
        schedule[index] = high | UInt32(bytes[offset + 2]) << 8 | UInt32(bytes[offset + 3])
      }
      for index in 16..<64 {
        let early = schedule[index - 15]
        let late = schedule[index - 2]
        let mixedEarly = early.rotated(right: 7) ^ early.rotated(right: 18) ^ early >> 3
        let mixedLate = late.rotated(right: 17) ^ late.rotated(right: 19) ^ late >> 10
        schedule[index] = schedule[index - 16] &+ mixedEarly &+ schedule[index - 7] &+ mixedLate
      }

      var (a, b, c, d) = (sums[0], sums[1], sums[2], sums[3])
      var (e, f, g, h) = (sums[4], sums[5], sums[6], sums[7])
      for round in 0..<64 {
        let sigma1 = e.rotated(right: 6) ^ e.rotated(right: 11) ^ e.rotated(right: 25)
        let choice = (e & f) ^ (~e & g)
        let first = h &+ sigma1 &+ choice &+ constants[round] &+ schedule[round]
        let sigma0 = a.rotated(right: 2) ^ a.rotated(right: 13) ^ a.rotated(right: 22)
        let majority = (a & b) ^ (a & c) ^ (b & c)
        (h, g, f, e) = (g, f, e, d &+ first)
        (d, c, b, a) = (c, b, a, first &+ sigma0 &+ majority)
      }
      sums[0] &+= a
      sums[1] &+= b
      sums[2] &+= c
      sums[3] &+= d
      sums[4] &+= e
      sums[5] &+= f
      sums[6] &+= g
      sums[7] &+= h
    }
  }

  /// The fractional parts of the cube roots of the first 64 primes.
  private static let roundConstants: [UInt32] = [
    0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5, 0x3956_c25b, 0x59f1_11f1, 0x923f_82a4, 0xab1c_5ed5,
    0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3, 0x72be_5d74, 0x80de_b1fe, 0x9bdc_06a7, 0xc19b_f174,
    0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc, 0x2de9_2c6f, 0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da,
    0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7, 0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967,
    0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc, 0x5338_0d13, 0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85,
    0xa2bf_e8a1, 0xa81a_664b, 0xc24b_8b70, 0xc76c_51a3, 0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070,
    0x19a4_c116, 0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5, 0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3,
    0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208, 0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7, 0xc671_78f2,
  ]
}

extension UInt32 {
  fileprivate func rotated(right count: UInt32) -> UInt32 {
    self >> count | self << (32 - count)
  }
}
