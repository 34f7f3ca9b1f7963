import FoundationEssentials
@testable import Saliency
import SaliencyTestSupport
import Testing

/// Masks of places in `.npy` files, of any type.
@Suite("Masks in .npy files")
struct MaskFileTests {
  /// A type of NumPy's, and how a number is written in it.
  struct Kind: Sendable, CustomStringConvertible {
    let name: String
    let bytes: @Sendable (Int) -> [UInt8]

    var description: String { name }

    init(_ name: String, _ bytes: @escaping @Sendable (Int) -> [UInt8]) {
      (self.name, self.bytes) = (name, bytes)
    }

    /// A file of 2×2 numbers.
    func file(_ numbers: [Int]) -> Data {
      var header = "{'descr': '\(name)', 'fortran_order': False, 'shape': (2, 2), }"
      while (10 + header.utf8.count + 1) % 64 != 0 { header += " " }
      header += "\n"
      let count = UInt16(header.utf8.count)
      return Data(
        [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(count & 0xFF), UInt8(count >> 8)] + Array(header.utf8)
          + numbers.flatMap(bytes))
    }
  }

  static let kinds = [
    Kind("|b1") { [UInt8($0)] }, Kind("|u1") { [UInt8($0)] }, Kind("|i1") { [UInt8($0)] },
    Kind("<i4") { withUnsafeBytes(of: Int32($0).littleEndian, Array.init) },
    Kind("<i8") { withUnsafeBytes(of: Int64($0).littleEndian, Array.init) },
    Kind("<f4") { withUnsafeBytes(of: Float($0).bitPattern.littleEndian, Array.init) },
  ]

  private static func mask(_ file: Data) async throws -> TargetMask {
    try await withTemporaryFolder { folder in
      try file.write(to: URL(filePath: folder + "/mask.npy"))
      return try TargetMask(contentsOf: folder + "/mask.npy")
    }
  }

  @Test("Zeros and ones are outside and inside, whatever their type", arguments: kinds)
  func zerosAndOnes(_ kind: Kind) async throws {
    let mask = try await Self.mask(kind.file([0, 1, 1, 0]))
    #expect(mask.extents == [2, 2] && mask.isInside == [false, true, true, false])
  }

  @Test("Of larger numbers those above half of what their type holds are inside")
  func bytes() async throws {
    #expect(
      try await Self.mask(Self.kinds[1].file([0, 127, 128, 255])).isInside == [false, false, true, true])
  }

  @Test("What keeps larger numbers from being inside is told")
  func tooSmall() async throws {
    do {
      _ = try await Self.mask(Self.kinds[3].file([0, 255, 0, 0]))
      Issue.record("it was read")
    } catch {
      for words in ["mask.npy", "nothing inside", "2.147e+09", "its own largest is 255", "write 0 and 1"] {
        #expect("\(error)".contains(words), "\(error)")
      }
    }
    await #expect(throws: SaliencyError.self) { try await Self.mask(Self.kinds[3].file([0, 0, 0, 0])) }
  }
}
