import FileAccess
import Testing

@testable import ONNXFormat

@Suite("Damaged files") struct RobustnessTests {
  /// Opens a model and reads all its tensors; false if that was refused.
  private func read(_ bytes: [UInt8], in folder: TemporaryFolder) throws -> Bool {
    do {
      let file = try ONNXModelFile(contentsOf: folder.write(bytes, to: "model.onnx"))
      for node in file.model.graph.node {
        for attribute in node.attribute where attribute.hasT { _ = try file.tensor(attribute.t).floats() }
      }
      for proto in file.model.graph.initializer {
        let tensor = try file.tensor(proto)
        #expect(tensor.floats().count == tensor.elementCount)
      }
      return true
    } catch let error as ONNXError {
      #expect(!error.message.isEmpty)
      return false
    }
  }

  private func contents(_ name: String) throws -> [UInt8] {
    try MappedFile(path: fixture(name)).withSpan { span in span.indices.map { span[$0] } }
  }

  /// A model with raw, typed and external tensors and an attribute, without an optional part at its end.
  private static let model = ProtobufBuilder.model { graph in
    graph.message(1) { node in
      node.string(1, "x")
      node.string(2, "y")
      node.string(4, "Constant")
      node.message(5) { attribute in
        attribute.string(1, "value")
        attribute.message(5) { tensor in
          tensor.packed(1, [2, 2])
          tensor.integer(2, 1)
          tensor.bytes(9, [UInt8](repeating: 1, count: 16))
        }
      }
    }
    graph.message(5) { tensor in
      tensor.integer(1, 5)
      tensor.integer(2, 7)
      tensor.packed(7, [1, -1, 1 << 40, 3, 4])
      tensor.string(8, "integers")
    }
    graph.message(5) { tensor in
      tensor.integer(1, 2)
      tensor.integer(2, 1)
      tensor.externalData([("location", "model.onnx"), ("offset", "0"), ("length", "8")])
    }
  }

  @Test("are refused when cut off, wherever that is")
  func truncation() throws {
    try withTemporaryFolder { folder in
      let accepted = try (0...Self.model.count).filter { try read(Array(Self.model[..<$0]), in: folder) }
      #expect(accepted == [Self.model.count])
    }
  }

  @Test("are read or refused, but do no harm, with 2000 random changes")
  func mutation() throws {
    let originals = try [Self.model, contents("nested.onnx"), contents("elements.onnx")]
    var generator = SplitMix64(state: 20_240_607)
    var refused = 0
    try withTemporaryFolder { folder in
      for round in 0..<2000 {
        var bytes = originals[round % originals.count]
        for _ in 0..<Int.random(in: 1...4, using: &generator) {
          let index = Int.random(in: 0..<bytes.count, using: &generator)
          switch Int.random(in: 0..<5, using: &generator) {
          case 0: bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
          case 1: bytes[index] = UInt8.random(in: 0...255, using: &generator)
          case 2: bytes.remove(at: index)
          case 3: bytes.insert([0, 0x7F, 0x80, 0xFF].randomElement(using: &generator)!, at: index)
          default:
            let end = min(bytes.count, index + Int.random(in: 1...16, using: &generator))
            bytes.insert(
              contentsOf: bytes[index..<end], at: Int.random(in: 0...bytes.count, using: &generator))
          }
        }
        if try !read(bytes, in: folder) { refused += 1 }
      }
    }
    #expect(refused > 500 && refused < 2000)
  }

  @Test("are refused if they are noise")
  func noise() throws {
    var generator = SplitMix64(state: 7)
    try withTemporaryFolder { folder in
      for _ in 0..<300 {
        let count = Int.random(in: 1...200, using: &generator)
        let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
        let isAccepted = try read(bytes, in: folder)
        #expect(!isAccepted)
      }
    }
  }
}

/// A small generator of random numbers that gives the same ones everywhere.
private struct SplitMix64: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
