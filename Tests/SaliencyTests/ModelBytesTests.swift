import FoundationEssentials
import Saliency
import SaliencyCore
import SaliencyTestSupport
import Testing

@Suite("Models of bytes")
struct ModelBytesTests {
  private static func network() -> MadeModel {
    var made = MadeModel()
    made.input("x", [1, 3, 4, 4])
    made.weight("w", [2, 3, 4, 4], (0..<96).map { Float($0 % 7) - 3 })
    made.node("Conv", ["x", "w"], ["y"])
    made.output("y")
    return made
  }

  private static func explain(_ model: Model) async throws -> [Float] {
    let input = Tensor(shape: [1, 3, 4, 4], values: (0..<48).map { Float($0) / 48 })
    return try await Explainer(model).attribution(of: input, target: .unit(1)).values.values
  }

  @Test("An ONNX file's bytes are the model that the file is, under the name that they are given")
  func onnx() async throws {
    let made = Self.network()
    let model = try Model(bytes: made.file, name: "upload")
    #expect(model.name == "upload" && model.formatName == "ONNX, operator set 17")
    let values = try await Self.explain(model)
    try await made.opened { opened in
      let others = try await Self.explain(opened)
      #expect(others == values)
      #expect(opened.digest == model.digest)
    }
  }

  @Test("A Keras file's bytes are told from an ONNX file's", arguments: ["rescaling.keras"])
  func keras(file: String) throws {
    let path = FixtureFolder.path + "/keras/" + file
    let model = try Model(bytes: Data(contentsOf: URL(filePath: path)))
    #expect(model.formatName.hasPrefix("Keras"))
    #expect(try model.digest == Model(contentsOf: path).digest)
  }

  @Test("Settings that lie where the process runs are not those of bytes")
  func siblings() async throws {
    try await withTemporaryFolder { folder in
      let path = folder + "/made.onnx"
      try Data(#"{"mean": [7], "std": [2]}"#.utf8).write(to: URL(filePath: path + ".saliency.json"))
      #expect(try Model(bytes: Self.network().file, name: path).preprocessing().mean.value != [7])
      try Data(Self.network().file).write(to: URL(filePath: path))
      #expect(try Model(contentsOf: path).preprocessing().mean.value == [7])
    }
  }

  @Test("Bytes that are no model, or are not all of it, say so")
  func refused() throws {
    #expect(throws: SaliencyError.self) { try Model(bytes: [UInt8](), name: "upload") }
    let text = #expect(throws: ONNXError.self) {
      try Model(bytes: Array("<!doctype html>".utf8), name: "upload")
    }
    #expect("\(try #require(text))".hasPrefix("upload: not an ONNX model"))
    #expect(throws: ONNXError.self) { try Model(bytes: Self.network().file.prefix(100)) }

    var made = Self.network()
    made.externalWeight("e", [1], [("location", "weights.bin")])
    made.node("Mul", ["y", "e"], ["z"])
    made.output("z")
    let external = #expect(throws: ONNXError.self) {
      try Model(bytes: made.file, name: "upload").network(inputShape: [1, 3, 4, 4])
    }
    #expect(
      "\(try #require(external))".contains("'weights.bin', and the model was given as bytes"), "\(external!)")
  }
}
