import Foundation
import NumPyFormat
import Saliency
import SaliencyCore
import Testing

/// The nine networks that come with the `onnx` package, against the outputs that come with them.
@Suite(
  "The light models of the onnx package give their expected outputs",
  .enabled(
    if: Folders.has(Folders.light + "/light.json", for: "light models"),
    "run `make test`, which lays them out"))
struct LightModelTests {
  struct Entry: Decodable, Sendable, CustomTestStringConvertible {
    struct File: Decodable, Sendable {
      let file: String
    }

    let name: String
    let model: String
    let input: File
    let output: File
    let relativeTolerance: Double
    let absoluteTolerance: Double

    var testDescription: String { name }
  }

  private struct Index: Decodable {
    let models: [Entry]
  }

  private static let entries = Result<[Entry], any Error> {
    guard let data = FileManager.default.contents(atPath: Folders.light + "/light.json") else { return [] }
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode(Index.self, from: data).models
  }

  @Test("all nine are there") func count() throws {
    #expect(try Self.entries.get().count == 9)
  }

  @Test("outputs are within the suite's tolerance", arguments: try entries.get())
  func output(_ entry: Entry) async throws {
    let model = try Model(contentsOf: "\(Folders.light)/\(entry.model)")
    let input = try Tensor(contentsOf: "\(Folders.light)/\(entry.input.file)")
    let expected = try Tensor(contentsOf: "\(Folders.light)/\(entry.output.file)")
    let network = try model.network(inputShape: input.shape)
    let executor = try Executor.shared
    let plan = try await executor.compile(try network.graph.optimized())
    let result = try await executor.run(plan, [network.inputs[0].name: input])[0]
    #expect(result.shape == expected.shape)
    for (value, target) in zip(result.values, expected.values) {
      #expect(
        Double(abs(value - target)) <= entry.absoluteTolerance + entry.relativeTolerance * Double(abs(target))
      )
    }
  }
}
