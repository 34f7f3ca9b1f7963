import FileAccess
import FoundationEssentials
import Testing

@testable import ONNXFormat

@Suite("A tensor") struct ONNXTensorTests {
  struct Expected: Decodable {
    var elementType: String
    var shape: [Int]
    var floatBits: [UInt32]
    var integers: [Int]?
  }

  @Test("has the elements that NumPy reads, whatever their type and the form they are stored in")
  func agreesWithNumPy() throws {
    let file = try ONNXModelFile(contentsOf: fixture("elements.onnx"))
    let json = try Data(contentsOf: URL(filePath: fixture("elements.json")))
    let expected = try JSONDecoder().decode([String: Expected].self, from: json)
    #expect(file.model.graph.initializer.count == 78 && expected.count == 78)
    for proto in file.model.graph.initializer {
      let tensor = try file.tensor(proto)
      let expected = try #require(expected[proto.name])
      #expect(tensor.name == proto.name)
      #expect("\(tensor.elementType)" == expected.elementType, "\(proto.name)")
      #expect(tensor.shape == expected.shape, "\(proto.name)")
      #expect(tensor.elementCount == expected.floatBits.count)
      #expect(tensor.isFloatingPoint == (expected.integers == nil))
      for (value, bits) in zip(tensor.floats(), expected.floatBits) {
        let isEqual = value.bitPattern == bits || value.isNaN && Float(bitPattern: bits).isNaN
        #expect(isEqual, "\(proto.name): \(value) instead of \(Float(bitPattern: bits))")
      }
      if let integers = expected.integers {
        #expect(try tensor.integers() == integers, "\(proto.name)")
      } else {
        #expect(onnxError { try tensor.integers() }?.code == .unsupportedElementType)
      }
    }
  }

  @Test("has every half-precision value")
  func halfPrecision() {
    for bits in 0...UInt16.max {
      #if arch(x86_64) && os(macOS)
        #expect(Float(halfBits: bits).isFinite == (bits & 0x7C00 != 0x7C00))
      #else
        let expected = Float(Float16(bitPattern: bits))
        let value = Float(halfBits: bits)
        if value.bitPattern != expected.bitPattern && !(value.isNaN && expected.isNaN) {
          Issue.record("\(bits): \(value), \(expected)")
        }
      #endif
    }
  }

  @Test("is not copied if its elements are in the file as they are in memory", arguments: [9, 4])
  func mapped(field: Int) throws {
    let elements: [UInt8] = [0, 0, 128, 63, 0, 0, 0, 64]
    let file = try open(ProtobufBuilder.model(dims: [2], type: 1) { $0.bytes(field, elements) })
    let tensor = try file.tensor(file.model.graph.initializer[0])
    guard case .mapped = tensor.storage else {
      Issue.record("was copied")
      return
    }
    #expect(tensor.floats() == [1, 2])
    #expect(tensor.withUnsafeBytes { Array($0) } == elements)
  }

  @Test("outlives the model it comes from")
  func lifetime() throws {
    let tensor = try {
      let file = try open(ProtobufBuilder.model(dims: [1], type: 1) { $0.bytes(9, [0, 0, 128, 63]) })
      return try file.tensor(file.model.graph.initializer[0])
    }()
    #expect(tensor.floats() == [1])
  }

  @Test("may have its elements one by one, or in several pieces")
  func pieces() throws {
    let floats = try open(
      ProtobufBuilder.model(dims: [3], type: 1) { tensor in
        tensor.bytes(4, [0, 0, 128, 63])
        tensor.tag(4, 5)
        tensor.raw([0, 0, 0, 64])
        tensor.bytes(4, [0, 0, 64, 64])
      })
    #expect(try floats.tensor(floats.model.graph.initializer[0]).floats() == [1, 2, 3])
    let integers = try open(
      ProtobufBuilder.model(dims: [4], type: 7) { tensor in
        tensor.integer(7, -5)
        tensor.packed(7, [6, 7])
        tensor.packed(7, [])
        tensor.integer(7, 8)
      })
    #expect(try integers.tensor(integers.model.graph.initializer[0]).integers() == [-5, 6, 7, 8])
  }

  @Test("has dimensions that are given one by one or in a list")
  func packedDimensions() throws {
    let file = try open(
      ProtobufBuilder.model(dims: [2], type: 3) { tensor in
        tensor.packed(1, [1, 3])
        tensor.bytes(9, [1, 2, 3, 4, 5, 255])
      })
    let tensor = try file.tensor(file.model.graph.initializer[0])
    #expect(try tensor.shape == [2, 1, 3] && tensor.integers() == [1, 2, 3, 4, 5, -1])
  }

  @Test("refuses a list of unsigned integers that do not fit Int")
  func largeIntegers() throws {
    let file = try open(ProtobufBuilder.model(dims: [1], type: 13) { $0.packed(11, [-1]) })
    let tensor = try file.tensor(file.model.graph.initializer[0])
    #expect(tensor.floats() == [Float(UInt64.max)])
    #expect(onnxError { try tensor.integers() }?.message == "its element \(UInt64.max) is too large")
  }

  @Test("is refused if its contents do not fit its shape and type", arguments: invalidTensors)
  func invalid(dims: [Int], type: Int, field: Int, contents: [UInt8], message: String) throws {
    let file = try open(ProtobufBuilder.model(dims: dims, type: type) { $0.bytes(field, contents) })
    let error = onnxError { try file.tensor(file.model.graph.initializer[0]) }
    #expect(error?.message == message && error?.tensor == "w" && error?.file == file.path)
  }

  private static let invalidTensors: [([Int], Int, Int, [UInt8], String)] = [
    ([2], 1, 9, [0, 0, 0], "its shape [2] of float32 takes 8 bytes, but raw_data holds 3"),
    ([2], 1, 9, zeros(9), "its shape [2] of float32 takes 8 bytes, but raw_data holds 9"),
    ([2], 1, 4, [0, 0, 0, 0], "its shape [2] of float32 takes 8 bytes, but float_data holds 4"),
    ([3], 7, 7, [1, 2], "its shape [3] of int64 takes 24 bytes, but int64_data holds 16"),
    ([1], 3, 5, [1, 2], "its shape [1] of int8 takes 1 bytes, but int32_data holds 2"),
    ([2], 1, 2000, [], "its shape [2] of float32 takes 8 bytes, but the file holds 0"),
    ([], 1, 2000, [], "its shape [] of float32 takes 4 bytes, but the file holds 0"),
    ([0], 1, 9, [0], "its shape [0] of float32 takes 0 bytes, but raw_data holds 1"),
    ([2, -1], 1, 9, [], "its shape [2, -1] has the negative dimension -1"),
    ([1 << 62], 1, 9, [], "its shape [\(1 << 62)] of float32 is larger than any memory"),
    ([1 << 60], 1, 9, [], "its shape [\(1 << 60)] of float32 takes \(1 << 62) bytes, but the file holds 0"),
    ([1 << 62], 3, 5, [1], "its shape [\(1 << 62)] of int8 takes \(1 << 62) bytes, but int32_data holds 1"),
    (
      [1 << 40, 1 << 40, 0], 1, 9, [],
      "its shape [\(1 << 40), \(1 << 40), 0] of float32 is larger than any memory"
    ),
    ([Int](repeating: 1, count: 65), 1, 9, [], "it has 65 dimensions where at most 64 are supported"),
    ([1], 1, 10, [0, 0, 0, 0], "its elements are in double_data, where those of type float32 cannot be"),
    ([1], 7, 5, [1], "its elements are in int32_data, where those of type int64 cannot be"),
    ([1], 2, 5, [0xAC, 2], "element 0 is 300, which is no uint8"),
    ([2], 3, 5, [1, 0x80, 1], "element 1 is 128, which is no int8"),
    ([1], 2, 5, [UInt8](repeating: 0xFF, count: 9) + [1], "element 0 is -1, which is no uint8"),
    ([1], 12, 11, [UInt8](repeating: 0xFF, count: 9) + [1], "element 0 is \(UInt64.max), which is no uint32"),
    ([1], 7, 7, [0x80], "a number is cut off"),
    ([1], 0, 9, [0], "its element type has the number 0, which ONNX does not define"),
    ([1], 99, 9, [0], "its element type has the number 99, which ONNX does not define"),
    ([1], 8, 6, [65], "element type string is not supported"),
    ([1], 14, 9, zeros(8), "element type complex64 is not supported"),
    ([1], 17, 9, [0], "element type float8e4m3fn is not supported"),
    ([1], 22, 9, [0], "element type int4 is not supported"),
  ]

  private static func zeros(_ count: Int) -> [UInt8] {
    [UInt8](repeating: 0, count: count)
  }

  @Test("is refused if it has its elements twice")
  func ambiguous() throws {
    let both = try open(
      ProtobufBuilder.model(dims: [1], type: 1) { tensor in
        tensor.bytes(9, [0, 0, 0, 0])
        tensor.bytes(4, [0, 0, 0, 0])
      })
    let error = onnxError { try both.tensor(both.model.graph.initializer[0]) }
    #expect(error?.message == "its elements are both in raw_data and in float_data")
  }

  @Test("is refused if it is not from the file")
  func foreign() throws {
    let file = try open(ProtobufBuilder.model { _ in })
    let places: [(Int64, Int64)] = [(-1, 4), (0, -1), (0, 1 << 40), (1 << 40, 0), (.max, .max)]
    for (offset, length) in places {
      var tensor = ONNXTensorProto()
      tensor.dims = [1]
      tensor.dataType = 1
      #expect(onnxError { try file.tensor(tensor) }?.message == "it is not part of the model file")
      tensor.messageOffset = offset
      tensor.messageLength = length
      #expect(onnxError { try file.tensor(tensor) }?.message == "it is not part of the model file")
    }
  }
}
