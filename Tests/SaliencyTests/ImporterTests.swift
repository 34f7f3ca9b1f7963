@testable import ONNXFormat
import SaliencyCore
import Testing
import func SaliencyTestSupport.relativeError

/// Every model of `Tests/Fixtures/importer` is imported right or refused by name.
@Suite("Importing ONNX models")
struct ImporterTests {
  /// The network of the model for the shapes of the inputs at hand, ready to run.
  private func network(_ path: String, inputs: [String: Tensor]) throws -> Network {
    let model = try ONNXModel(contentsOf: path)
    // A model that is refused has no inputs at hand: the declared shapes do, with 2 for what is open.
    var shapes = inputs.mapValues(\.shape)
    for input in model.inputs where shapes[input.name] == nil {
      shapes[input.name] = input.dimensions?.map { $0 ?? 2 } ?? [2, 4]
    }
    return try model.network(inputShapes: shapes)
  }

  private func run(_ network: Network, _ inputs: [String: Tensor]) async throws -> [Tensor] {
    let executor = try Executor.shared
    var inputs = inputs
    for input in network.inputs where inputs[input.name] == nil {
      inputs[input.name] = Tensor(
        shape: input.shape, values: [Float](repeating: 1, count: input.shape.elementCount))
    }
    return try await executor.run(executor.compile(network.graph.optimized()), inputs)
  }

  /// Compares the results of the fixture's network with those that it must have.
  private func check(_ fixture: ImporterFixture, _ path: String) async throws {
    let inputs = try fixture.inputTensors()
    let network = try network(path, inputs: inputs)
    let results = try await run(network, inputs)
    #expect(network.outputs.map(\.name) == fixture.outputs?.map(\.name))
    for (result, output) in zip(results, fixture.outputs ?? []) {
      let expected = try fixture.tensor(output.file)
      try #require(result.shape == expected.shape)
      #expect(relativeError(result.values, expected.values) < 1e-5)
    }
  }

  @Test("A valid model gives the numbers that ONNX Runtime gives", arguments: try ImporterFixture.all(.valid))
  func valid(_ fixture: ImporterFixture) async throws {
    try await fixture.withModel { try await check(fixture, $0) }
  }

  @Test("An unusual model is right or refused by name", arguments: try ImporterFixture.all(.optional))
  func unusual(_ fixture: ImporterFixture) async throws {
    try await fixture.withModel { path in
      do {
        try await check(fixture, path)
      } catch let error as ONNXError {
        expect(error, names: fixture, path)
      }
    }
  }

  @Test("A bad model is refused with what is wrong", arguments: try ImporterFixture.all(.invalid))
  func invalid(_ fixture: ImporterFixture) async throws {
    try await fixture.withModel { path in
      do {
        let network = try network(path, inputs: [:])
        let results = try await run(network, [:])
        // What no importer can see comes out as numbers that are not finite, which every caller reports.
        #expect(
          fixture.stage == .run && results.contains { $0.firstNonFiniteIndex != nil },
          "\(fixture.model) was accepted")
      } catch let error as ONNXError {
        expect(error, names: fixture, path)
      } catch let error as GraphError {
        // A plan is refused without knowing the file; callers name it.
        #expect(fixture.stage == .run)
        for word in fixture.words ?? [] {
          #expect(error.description.lowercased().contains(word.lowercased()), "\(error)")
        }
      }
    }
  }

  /// The message is one sentence that names the file and what is wrong.
  private func expect(_ error: ONNXError, names fixture: ImporterFixture, _ path: String) {
    let message = "\(error)"
    let text = message.dropFirst(path.count).lowercased()
    for word in fixture.words ?? [] { #expect(text.contains(word.lowercased()), "\(message)") }
    #expect(message.hasPrefix(path + ": "))
    #expect(!message.contains("\n"))
  }
}

/// The table of operators agrees with itself.
@Suite("Supported operators")
struct OperatorTableTests {
  @Test("Each operator stands in the table once, and is imported, worked out or made of subgraphs")
  func definitions() {
    let definitions = OperatorTable.families.flatMap(\.operators)
    #expect(Set(definitions.map(\.name)).count == definitions.count)
    for definition in definitions {
      #expect(OperatorTable[definition.name]?.operands == definition.operands)
      #expect(
        definition.importer != nil || definition.fold != nil || definition.subgraphs != nil,
        "\(definition.name) does nothing")
      #expect(definition.importer == nil || definition.subgraphs == nil, "\(definition.name)")
      #expect(definition.since <= ONNXModel.supportedVersions.upperBound, "\(definition.name)")
    }
  }
}
