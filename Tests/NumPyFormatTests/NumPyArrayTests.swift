import FileAccess
import FoundationEssentials
import Testing

@testable import NumPyFormat

private let folder = #filePath.prefix(upTo: #filePath.lastIndex(of: "/")!) + "/Fixtures/"

@Suite("NumPy arrays")
struct NumPyArrayTests {
  @Test(
    "Each element type, byte order, layout and version gives the same array",
    arguments: [
      "i1", "u1", "i2-little", "i2-big", "i4-little", "i4-big", "i8-little", "i8-big", "u2-little", "u2-big",
      "u4-little",
      "u4-big", "u8-little", "u8-big", "f2-little", "f2-big", "f4-little", "f4-big", "f8-little", "f8-big",
      "fortran",
      "version-2", "version-3",
    ])
  func reading(name: String) throws {
    let array = try NumPyArray(contentsOf: folder + name + ".npy")
    #expect(array == NumPyArray(shape: [2, 3, 4], values: (0..<24).map(Float.init)))
  }

  @Test("Booleans are zeros and ones")
  func booleans() throws {
    let array = try NumPyArray(contentsOf: folder + "bool.npy")
    #expect(array == NumPyArray(shape: [2, 3, 4], values: (0..<24).map { Float($0 % 2) }))
  }

  @Test(
    "What is written is read again",
    arguments: [[], [0], [3], [2, 3], [4, 0, 2], Array(repeating: 1, count: 64)])
  func roundTrip(shape: [Int]) throws {
    let array = NumPyArray(shape: shape, values: (0..<shape.reduce(1, *)).map { Float($0) - 0.5 })
    let bytes = array.serialized()
    #expect((bytes.count - 4 * array.values.count) % 64 == 0)
    #expect(try NumPyArray(parsing: bytes) == array)
  }

  @Test("What is written is what NumPy writes")
  func bytes() throws {
    let expected = try Data(contentsOf: URL(filePath: folder + "f4-little.npy"))
    #expect(NumPyArray(shape: [2, 3, 4], values: (0..<24).map(Float.init)).serialized() == [UInt8](expected))
  }

  @Test(
    "Half precision covers zeros, subnormals, extremes and what is no number",
    arguments: [
      (0x0000, 0), (0x8000, -0.0), (0x0001, 0x1p-24), (0x03FF, 0x3FFp-24), (0x0400, 0x1p-14), (0x3C00, 1),
      (0xC000, -2),
      (0x7BFF, 65504), (0x7C00, .infinity), (0xFC00, -.infinity),
    ] as [(UInt16, Float)])
  func halves(bits: UInt16, value: Float) {
    #expect(Float(halfBits: bits).bitPattern == value.bitPattern)
    #expect(Float(halfBits: 0x7E00).isNaN)
  }
}

@Suite("Damaged .npy files")
struct DamagedNumPyTests {
  private func file(_ header: String, data: Int = 0, version: UInt8 = 1) -> [UInt8] {
    let count = header.utf8.count
    return NumPyParser.magic + [version, 0, UInt8(count & 255), UInt8(count >> 8)] + Array(header.utf8)
      + [UInt8](repeating: 0, count: data)
  }

  @Test(
    "Each mistake is named with its byte and with what would be right",
    arguments: [
      ("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", 8, .unsupportedType, "type '|O'"),
      (
        "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,)}", 4, .unsupportedType,
        "named fields"
      ),
      ("{'descr': '<c8', 'fortran_order': False, 'shape': (1,)}", 8, .unsupportedType, "type '<c8'"),
      (
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2,)}", 4, .truncated,
        "needs 8 bytes, but only 4 follow"
      ),
      ("{'descr': '<f4', 'fortran_order': False, 'shape': (2,)}", 9, .sizeMismatch, "goes on for 1 bytes"),
      (
        "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999,)}", 4, .truncated, "only 4 follow"
      ),
      (
        "{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296, 4294967296)}", 4,
        .sizeMismatch,
        "larger than any file"
      ),
      (
        "{'descr': '<f8', 'fortran_order': False, 'shape': (9223372036854775807,)}", 4, .sizeMismatch,
        "larger than any file"
      ),
      (
        "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999999,)}", 4, .sizeMismatch,
        "larger than any"
      ),
      ("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}", 4, .malformedHeader, "whole numbers"),
      (
        "{'descr': '<f4', 'fortran_order': Maybe, 'shape': (1,)}", 4, .malformedHeader,
        "neither True nor False"
      ),
      ("{'descr': '<f4', 'shape': (1,)}", 4, .malformedHeader, "lacks one of the header keys"),
      ("{'descr': '<f4', 'descr': '<f4'}", 4, .malformedHeader, "key 'descr'"),
      ("{'descr': '<f4', 'fortran_order': False, 'shape': (1,)} x", 4, .malformedHeader, "closing brace"),
      ("{'descr': '<f4', 'fortran_order': False, 'shape': (1,)", 4, .malformedHeader, "expected '}'"),
      ("{'descr", 4, .malformedHeader, "unclosed quotation mark"), ("", 0, .malformedHeader, "expected '{'"),
    ] as [(String, Int, NumPyError.Code, String)])
  func mistakes(header: String, data: Int, code: NumPyError.Code, part: String) {
    let error = #expect(throws: NumPyError.self) { try NumPyArray(parsing: file(header, data: data)) }
    #expect(error?.code == code)
    #expect(error?.description.contains(part) == true)
    #expect(error?.offset != nil)
  }

  @Test("A shape with a zero in it is empty, unless its other extents overflow")
  func zeroExtent() throws {
    let empty = "{'descr': '<f4', 'fortran_order': True, 'shape': (5, 0, 7)}"
    let array = try NumPyArray(parsing: file(empty))
    #expect(array == NumPyArray(shape: [5, 0, 7], values: []))
    let absurd = "{'descr': '<f4', 'fortran_order': False, 'shape': (9223372036854775807, 2, 0)}"
    let error = #expect(throws: NumPyError.self) { try NumPyArray(parsing: file(absurd)) }
    #expect(error?.code == .sizeMismatch)
  }

  @Test("Every cut-off file is refused")
  func truncation() throws {
    let bytes = NumPyArray(shape: [2, 2], values: [1, 2, 3, 4]).serialized()
    for count in 0..<bytes.count {
      #expect(throws: NumPyError.self) { try NumPyArray(parsing: Array(bytes.prefix(count))) }
    }
  }

  @Test("Other versions, and headers longer than the file, are refused")
  func starts() {
    let version = #expect(throws: NumPyError.self) { try NumPyArray(parsing: file("{}", version: 9)) }
    #expect(
      version?.description
        == "the NumPy data has the format version 9.0; versions 1.0, 2.0 and 3.0 are known (byte 6)")
    let long: [UInt8] = NumPyParser.magic + [2, 0, 0xFF, 0xFF, 0xFF, 0xFF]
    let header = #expect(throws: NumPyError.self) { try NumPyArray(parsing: long) }
    #expect(
      header?.description == "the NumPy data claims a header of 4294967295 bytes, but only 0 follow (byte 8)")
  }

  @Test(
    "Missing files, directories and devices are refused by name",
    arguments: [
      ("/no/such.npy", "No such file"), ("/tmp", "is a folder"), ("/dev/zero", "not a regular file"),
    ])
  func unreadable(path: String, part: String) {
    let error = #expect(throws: NumPyError.self) { try NumPyArray(contentsOf: path) }
    #expect(error?.code == .unreadable)
    #expect(error?.description.hasPrefix(path + ": ") == true)
    #expect(error?.description.contains(part) == true)
  }

  @Test("Random headers never crash")
  func noise() {
    let alphabet = Array("{}()':, <f48TrueFalse0123descrshape_order".utf8)
    var state: UInt64 = 3
    for _ in 0..<2000 {
      let text = (0..<40).map { _ -> UInt8 in
        state = state &* 6_364_136_223_846_793_005 &+ 1
        return alphabet[Int(state >> 33) % alphabet.count]
      }
      #expect(throws: NumPyError.self) {
        try NumPyArray(parsing: file(String(decoding: text, as: UTF8.self)))
      }
    }
  }
}
