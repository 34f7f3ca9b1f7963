import Testing

@testable import ONNXFormat

@Suite("A model's skeleton") struct ModelSkeletonTests {
  private func fault(_ bytes: [UInt8]) -> WireFault? {
    do {
      _ = try ModelSkeleton(of: bytes.span)
      return nil
    } catch { return error }
  }

  @Test("leaves out what tensors contain and says where it is")
  func dropsContents() throws {
    let contents = [UInt8](repeating: 7, count: 4000)
    let file = ProtobufBuilder.model(dims: [1000], type: 1) { $0.bytes(9, contents) }
    let skeleton = try ModelSkeleton(of: file.span)
    #expect(skeleton.bytes.count < 100)

    let tensor = try #require(try open(file).model.graph.initializer.first)
    #expect(tensor.name == "w" && tensor.dims == [1000] && tensor.dataType == 1)
    // The model ends with an operator set of four bytes.
    #expect(tensor.messageOffset + tensor.messageLength == Int64(file.count - 4))
  }

  @Test("ignores the places that a file claims for its tensors")
  func stripsForgedPlaces() throws {
    let honest = ProtobufBuilder.model(dims: [1], type: 1) { $0.bytes(9, [0, 0, 0, 0]) }
    let forged = ProtobufBuilder.model(dims: [1], type: 1) { tensor in
      tensor.bytes(9, [0, 0, 0, 0])
      tensor.integer(10000, 1 << 40)
      tensor.integer(10001, 1 << 40)
    }
    let tensors = try [honest, forged].map { try open($0).model.graph.initializer[0] }
    #expect(tensors[0].messageOffset == tensors[1].messageOffset)
    #expect(tensors[1].messageOffset + tensors[1].messageLength == Int64(forged.count - 4))
  }

  @Test("drops fields that are not read, among them all large ones")
  func dropsUnknownFields() throws {
    let file = ProtobufBuilder.model { graph in
      graph.string(10, String(repeating: "documentation", count: 1000))
      graph.string(2, "g")
      graph.message(13) { $0.string(1, "value information") }
    }
    let skeleton = try ModelSkeleton(of: file.span)
    #expect(skeleton.bytes.count < 30)
    #expect(try open(file).model.graph.name == "g")
  }

  @Test("keeps nested graphs, attributes, functions, metadata and types")
  func keepsStructure() throws {
    let model = try ONNXModelFile(contentsOf: fixture("nested.onnx")).model
    #expect(model.producerName == "fixtures" && model.irVersion == 9)
    #expect(model.metadataProps.map(\.key) == ["labels"] && model.metadataProps[0].value == "cat,dog")
    #expect(model.opsetImport.map(\.domain) == ["", "test"] && model.opsetImport.map(\.version) == [17, 1])

    let own = model.graph.node[0]
    #expect(own.opType == "Own" && own.domain == "test" && own.input == ["x"] && own.output == ["y"])
    let attributes = Dictionary(uniqueKeysWithValues: own.attribute.map { ($0.name, $0) })
    #expect(attributes["alpha"]?.f == 0.5 && attributes["alpha"]?.type == .float)
    #expect(attributes["axes"]?.ints == [1, -2] && attributes["axes"]?.hasF == false)
    #expect(attributes["mode"]?.s.elementsEqual("linear".utf8) == true)

    let branches = model.graph.node[1].attribute.map(\.g)
    #expect(branches.map(\.name).sorted() == ["a", "b"])
    #expect(branches.allSatisfy { $0.node[0].attribute[0].t.dims == [2, 3] })

    let dimensions = model.graph.input[0].type.tensorType.shape.dim
    #expect(dimensions.map(\.value) == [.dimParam("batch"), .dimValue(3), nil])
    #expect(model.graph.input[2].type.value == .sequenceType(ONNXTypeProto.Other()))
    #expect(model.graph.output[0].type.tensorType.hasShape == false)

    #expect(model.functions[0].name == "Own" && model.functions[0].attribute == ["alpha"])
    #expect(model.functions[0].node.map(\.opType) == ["Relu"])
  }

  @Test("refuses what is no protobuf message, and says at which byte", arguments: malformedFiles)
  func malformed(name: String, bytes: [UInt8], expected: WireFault) {
    #expect(fault(bytes) == expected, "\(name)")
  }

  private static let malformedFiles: [(String, [UInt8], WireFault)] = [
    ("a group", [0x0B], fault(.malformed, "a field has the invalid wire type 3", 0)),
    ("the end of a group", [8, 1, 0x0C], fault(.malformed, "a field has the invalid wire type 4", 2)),
    ("wire type 7", [0x0F], fault(.malformed, "a field has the invalid wire type 7", 0)),
    ("field 0", [8, 1, 0, 1], fault(.malformed, "a field number is invalid", 2)),
    (
      "a field number of 32 bits", [0xF8, 0xFF, 0xFF, 0xFF, 0x7F, 0],
      fault(.malformed, "a field number is invalid", 0)
    ),
    ("half a tag", [8, 1, 0x88], fault(.truncated, "a number is cut off", 2)),
    ("half a number", [8, 0xFF, 0xFF], fault(.truncated, "a number is cut off", 1)),
    (
      "a number of 65 bits", [8] + [UInt8](repeating: 0xFF, count: 9) + [2],
      fault(.malformed, "a number has more than 64 bits", 1)
    ),
    (
      "a number of eleven bytes", [8] + [UInt8](repeating: 0x80, count: 10) + [0],
      fault(.malformed, "a number has more than 64 bits", 1)
    ),
    ("half a double", [0x79, 0, 0], fault(.truncated, "a field claims 8 bytes where 2 are left", 1)),
    ("too long a string", [0x12, 3, 65], fault(.truncated, "a field claims 3 bytes where 1 are left", 2)),
    (
      "a string of 2⁶⁴ − 1 bytes", [0x12] + [UInt8](repeating: 0xFF, count: 9) + [1],
      fault(.truncated, "a field claims \(UInt64.max) bytes where 0 are left", 11)
    ),
    (
      "a string longer than its message", [0x3A, 2, 0x12, 9, 8, 1],
      fault(.malformed, "a field claims 9 bytes where 0 are left", 4)
    ),
    (
      "a number as string", [0x10, 0],
      fault(.malformed, "field 2 of a ModelProto has a form it cannot have", 0)
    ),
    (
      "a number as message", [0x38, 0],
      fault(.malformed, "field 7 of a ModelProto has a form it cannot have", 0)
    ),
    ("two graphs", [0x3A, 0, 0x3A, 0], fault(.malformed, "field 7 of a ModelProto is there twice", 2)),
    (
      "a name in Latin-1", [0x12, 1, 0xE9],
      fault(.malformed, "the string in field 2 of a ModelProto is not UTF-8", 2)
    ),
    (
      "a list of dimensions that is cut off", [0x3A, 5, 0x2A, 3, 0x0A, 1, 0x80, 8, 1],
      fault(.malformed, "a number is cut off", 6)
    ),
    (
      "floats of three bytes", [0x3A, 9, 0x0A, 7, 0x2A, 5, 0x3A, 3, 0, 0, 0],
      fault(.malformed, "a list of floats has a size that is no multiple of 4 bytes", 6)
    ),
  ]

  private static func fault(_ code: ONNXError.Code, _ message: String, _ offset: Int) -> WireFault {
    WireFault(code: code, message: message, byteOffset: offset)
  }

  @Test("refuses graphs in graphs in graphs without end")
  func nesting() {
    func nested(_ depth: Int) -> [UInt8] {
      var graph: [UInt8] = []
      for _ in 0..<depth {
        let inner = graph
        graph = ProtobufBuilder.message { $0.message(1) { $0.message(5) { $0.bytes(6, inner) } } }
      }
      return ProtobufBuilder.model { $0.raw(graph) }
    }
    #expect(fault(nested(30)) == nil)
    #expect(onnxError { try open(nested(30)) } == nil)
    #expect(fault(nested(40))?.code == .limitExceeded)
    #expect(fault(nested(2000))?.code == .limitExceeded)
  }

  @Test("refuses a small file that would take much memory when decoded")
  func amplification() {
    let nodes = [[UInt8]](repeating: [0x0A, 0], count: ModelSkeleton.maximumElementCount + 1)
    let file = ProtobufBuilder.model { $0.raw(Array(nodes.joined())) }
    #expect(fault(file)?.code == .limitExceeded)
  }

  @Test("refuses more strings than any model has")
  func size() {
    let half = [UInt8](repeating: 65, count: ModelSkeleton.maximumByteCount / 2)
    let file = ProtobufBuilder.model { graph in
      graph.message(1) { $0.bytes(1, half) }
      graph.message(1) { $0.bytes(1, half) }
    }
    #expect(fault(file)?.code == .limitExceeded)
  }
}
