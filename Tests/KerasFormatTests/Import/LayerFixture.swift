import FoundationEssentials
import NumPyFormat
import SaliencyCore
import Testing

/// A tiny model of `Tests/Fixtures/keras`, with what TensorFlow makes of it.
struct LayerFixture: Decodable, Sendable, CustomTestStringConvertible {
  struct Input: Decodable {
    let file: String
  }

  struct Output: Decodable {
    let file: String
  }

  let name: String
  let file: String
  let inputs: [Input]
  let outputs: [Output]
  let projection: String?
  let gradient: String?

  var testDescription: String { name }
  var path: String { Self.folder + "/" + file }

  /// A model that has to be refused, with a message that contains `words`.
  struct Refused: Decodable, Sendable, CustomTestStringConvertible {
    let name: String
    let file: String
    let words: [String]

    var testDescription: String { name }
    var path: String { LayerFixture.folder + "/" + file }
  }

  private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Fixtures/keras").path

  private struct Index: Decodable {
    let fixtures: [LayerFixture]
    let refused: [Refused]
  }

  private static let index = Result {
    try JSONDecoder().decode(Index.self, from: Data(contentsOf: URL(filePath: folder + "/fixtures.json")))
  }

  static func all() throws -> [LayerFixture] { try index.get().fixtures }
  static func refused() throws -> [Refused] { try index.get().refused }

  func tensor(_ file: String) throws -> Tensor {
    let array = try NumPyArray(contentsOf: Self.folder + "/" + file)
    return Tensor(shape: array.shape, values: array.values)
  }
}
