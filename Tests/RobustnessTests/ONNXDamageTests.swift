import FoundationEssentials
import ONNXFormat
import SaliencyCore
import SwiftProtobuf
import Testing

@Suite("Damaged ONNX files", .serialized) struct ONNXDamageTests {
  /// Opens a model and makes its network for the shapes that it declares.
  private func open(_ path: String) -> String? {
    do throws(ONNXError) {
      let model = try ONNXModel(contentsOf: path)
      var shapes: [String: [Int]] = [:]
      // Shapes that a file asks for are the caller's to bound.
      for input in model.inputs {
        shapes[input.name] = input.dimensions.map { $0.prefix(8).map { max(1, min($0 ?? 2, 64)) } } ?? [2, 4]
      }
      _ = try model.network(inputShapes: shapes)
      return nil
    } catch {
      return error.description
    }
  }

  private func originals() throws -> [[UInt8]] {
    try
      (files(in: "Fixtures/importer", ending: ".onnx", limit: 20_000)
      + files(in: "ONNXFormatTests/Fixtures", ending: ".onnx")).map { try contents($0) }
  }

  @Test("are opened or refused, 2,000 of them") func damage() throws {
    let originals = try originals()
    var mutator = Mutator(seed: 1 + 100 * UInt64(Trial.factor - 1))
    var trial = Trial(ending: "onnx")
    for round in 0..<(2_000 * Trial.factor) {
      try trial.run(mutator.damaged(originals[round % originals.count]), round: round, open)
    }
    trial.finish("ONNX")
  }

  @Test("with nodes that say something else are opened or refused, 2,000 of them") func nodes() throws {
    let originals = try originals().compactMap { try? ONNXModelProto(serializedBytes: $0) }
    let operators = Set(originals.flatMap { $0.graph.node.map(\.opType) }).sorted()
    var mutator = Mutator(seed: 5 + 100 * UInt64(Trial.factor - 1))
    var trial = Trial(ending: "onnx")
    for round in 0..<(2_000 * Trial.factor) {
      let model = mutator.damaged(originals[round % originals.count], operators: operators)
      try trial.run(model.serializedBytes(), round: round, open)
    }
    trial.finish("ONNX nodes")
  }
}
