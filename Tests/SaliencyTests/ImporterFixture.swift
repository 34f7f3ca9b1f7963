import FoundationEssentials
import LibC
import NumPyFormat
import SaliencyCore
import Testing

/// A small model of `Tests/Fixtures/importer`, about one thing that an importer must get right or refuse.
struct ImporterFixture: Decodable, Sendable, CustomTestStringConvertible {
  enum Kind: String, Decodable {
    /// The outputs are known.
    case valid
    /// It is refused, with a message that contains the words.
    case invalid
    /// Either, but never a wrong number.
    case optional
  }

  /// When the fault can be noticed.
  enum Stage: String, Decodable {
    case `import`, run
  }

  struct Tensor: Decodable, Sendable {
    let name: String
    let file: String
  }

  /// What has to lie beside a copy of the model.
  struct Setup: Decodable, Sendable {
    let symlinks: [String: String]?
    let fifos: [String]?
    let folders: [String]?
  }

  let name: String
  let about: String
  let kind: Kind
  let model: String
  let inputs: [Tensor]?
  let outputs: [Tensor]?
  let words: [String]?
  let stage: Stage?
  let setup: Setup?

  var testDescription: String { "\(name): \(about)" }

  static let folder = FixtureFolder.path + "/importer"

  private static let fixtures = Result {
    struct Index: Decodable { let fixtures: [ImporterFixture] }
    return try FixtureFolder.decoded(Index.self, from: "importer/importer.json").fixtures
  }

  static func all(_ kind: Kind) throws -> [ImporterFixture] { try fixtures.get().filter { $0.kind == kind } }

  /// Calls `body` with the path of the model, with everything beside it that it asks for.
  func withModel<Result>(_ body: (String) async throws -> Result) async throws -> Result {
    guard let setup else { return try await body(Self.folder + "/" + model) }
    return try await withTemporaryFolder { folder in
      let copy = folder + "/" + model
      try FileManager.default.copyItem(atPath: Self.folder + "/" + model, toPath: copy)
      for (link, destination) in setup.symlinks ?? [:] {
        try #require(symlink(destination, folder + "/" + link) == 0)
      }
      for pipe in setup.fifos ?? [] { try #require(mkfifo(folder + "/" + pipe, 0o600) == 0) }
      for name in setup.folders ?? [] { try #require(mkdir(folder + "/" + name, 0o700) == 0) }
      return try await body(copy)
    }
  }

  /// The inputs, by name.
  func inputTensors() throws -> [String: SaliencyCore.Tensor] {
    var tensors: [String: SaliencyCore.Tensor] = [:]
    for input in inputs ?? [] { tensors[input.name] = try tensor(input.file) }
    return tensors
  }

  func tensor(_ file: String) throws -> SaliencyCore.Tensor {
    let array = try NumPyArray(contentsOf: Self.folder + "/" + file)
    return SaliencyCore.Tensor(shape: array.shape, values: array.values)
  }
}
