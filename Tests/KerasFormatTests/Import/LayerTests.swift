import SaliencyCore
import SaliencyTestSupport
import Testing

@testable import KerasFormat

@Suite("Importing Keras's layers")
struct LayerTests {
  @Test("A layer gives the numbers and the gradient that TensorFlow gives", arguments: try LayerFixture.all())
  func layer(_ fixture: LayerFixture) async throws {
    let model = try KerasModel(contentsOf: fixture.path)
    try #require(model.inputs.count == fixture.inputs.count)
    let inputs = Dictionary(
      uniqueKeysWithValues: try zip(model.inputs, fixture.inputs).map {
        ($0.name, try fixture.tensor($1.file))
      })
    let network = try model.network(inputShapes: inputs.mapValues(\.shape))
    try #require(network.outputs.count == fixture.outputs.count)

    let builder = GraphBuilder(continuing: network.graph)
    var outputs = network.outputs.map { builder.value(at: $0.node) }
    if let projection = fixture.projection, fixture.gradient != nil {
      let seed = builder.constant(try fixture.tensor(projection))
      let source = try #require(network.inputs.first)
      let result = try Differentiation(
        of: outputs[0], seed: seed, withRespectTo: [builder.value(at: source.node)])
      outputs.append(try #require(result.gradients[0]))
    }
    let graph = try builder.graph(outputs: outputs).optimized()
    let executor = try Executor.shared
    let results = try await executor.run(executor.compile(graph), inputs)

    let expected = fixture.outputs.map(\.file) + (fixture.gradient.map { [$0] } ?? [])
    for (result, file) in zip(results, expected) {
      let reference = try fixture.tensor(file)
      try #require(result.shape == reference.shape, "\(file)")
      let error = relativeError(result.values, reference.values)
      #expect(error < 1e-5, "\(file)")
    }
  }

  @Test("A model that cannot be imported is refused by name", arguments: try LayerFixture.refused())
  func refused(_ fixture: LayerFixture.Refused) throws {
    let error = #expect(throws: KerasError.self) {
      let model = try KerasModel(contentsOf: fixture.path)
      let shapes = model.inputs.map { ($0.name, $0.dimensions?.map { $0 ?? 2 } ?? [2, 4]) }
      _ = try model.network(inputShapes: Dictionary(uniqueKeysWithValues: shapes))
    }
    for word in fixture.words {
      #expect(error?.description.contains(word) == true, "\(word) in \(error?.description ?? "nothing")")
    }
  }

  @Test("No layer is asked for by its class outside of the code that reads Keras's files")
  func neutralSources() throws {
    for (word, files) in try NeutralSources.words() where LayerTable.layers[word] != nil {
      Issue.record("\(files.sorted().joined(separator: ", ")) names layer \(word)")
    }
  }
}
