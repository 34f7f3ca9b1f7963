import Foundation
import NumPyFormat
import ONNXFormat
import SaliencyCore
import Testing

/// Models of ONNX's conformance suite with bytes changed: one small model for nearly every operator that there is.
@Suite(
  "Damaged models of every operator",
  .enabled(
    if: Folders.has(Folders.onnxBackend + "/cases.json", for: "ONNX's conformance suite"),
    "run `make test`, which lays its cases out"))
struct MutatedModelTests {
  /// How often each model is damaged; more by SALIENCY_MUTATIONS.
  private static let rounds =
    ProcessInfo.processInfo.environment["SALIENCY_MUTATIONS"].flatMap(Int.init) ?? 1

  @Test(
    "Whatever the damage, a model is imported or refused, and what is imported runs", .timeLimit(.minutes(20))
  )
  func damaged() async throws {
    var generator = Generator(
      state: ProcessInfo.processInfo.environment["SALIENCY_SEED"].flatMap(UInt64.init) ?? 1)
    let path = NSTemporaryDirectory() + "saliency-mutated-\(ProcessInfo.processInfo.processIdentifier).onnx"
    defer { try? FileManager.default.removeItem(atPath: path) }
    var (imported, refused) = (0, 0)
    for _ in 0..<Self.rounds {
      for entry in try ONNXBackendCase.all() {
        let original = try Data(contentsOf: URL(filePath: "\(Folders.onnxBackend)/\(entry.name)/model.onnx"))
        var bytes = [UInt8](original)
        for _ in 0..<Int.random(in: 0...3, using: &generator) {
          bytes[Int.random(in: 0..<bytes.count, using: &generator)] = generator.byte()
        }
        try Data(bytes).write(to: URL(filePath: path))
        if ProcessInfo.processInfo.environment["SALIENCY_VERBOSE"] != nil {
          FileHandle.standardError.write(Data("\(entry.name)\n".utf8))
        }
        do {
          try await run(entry, path, &generator)
          imported += 1
        } catch is ONNXError {
          refused += 1
        } catch is GraphError {
          refused += 1
        }
      }
    }
    #expect(imported > 100 && refused > 100)
  }

  /// Imports the model with inputs that are changed too, and runs what is small.
  private func run(_ entry: ONNXBackendCase, _ path: String, _ generator: inout Generator) async throws {
    var (given, constants): ([String: Tensor], [String: Tensor]) = ([:], [:])
    for input in entry.inputs {
      guard let file = input.file else { continue }
      let array = try NumPyArray(contentsOf: "\(Folders.onnxBackend)/\(entry.name)/\(file)")
      var (shape, values) = (array.shape, array.values)
      if !values.isEmpty, Int.random(in: 0..<3, using: &generator) == 0 {
        values[Int.random(in: values.indices, using: &generator)] = generator.number()
      }
      if !shape.isEmpty, Int.random(in: 0..<12, using: &generator) == 0 {
        shape[Int.random(in: shape.indices, using: &generator)] = Int.random(in: 0...4, using: &generator)
        values = (0..<shape.reduce(1, *)).map { Float($0) }
      }
      let tensor = Tensor(shape: shape, values: values)
      if input.isFloatingPoint, !values.isEmpty, Int.random(in: 0..<4, using: &generator) > 0 {
        given[input.name] = tensor
      } else {
        constants[input.name] = tensor
      }
    }
    let network = try ONNXModel(contentsOf: path).network(
      inputShapes: given.mapValues(\.shape), constants: constants)
    guard network.graph.nodes.reduce(0, { $0 + $1.shape.reduce(1, *) }) <= 1 << 22 else { return }
    let executor = try Executor.shared
    let plan = try await executor.compile(try network.graph.optimized())
    let results = try await executor.run(plan, given)
    #expect(results.map(\.shape) == network.outputs.map(\.shape), "\(entry.name)")
  }

  /// The generator "splitmix64".
  private struct Generator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var z = state
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      return z ^ (z >> 31)
    }

    /// A byte, often one that turns a small number into another.
    mutating func byte() -> UInt8 {
      Bool.random(using: &self)
        ? [0, 1, 2, 3, 7, 16, 127, 128, 255].randomElement(using: &self)! : .random(in: 0...255, using: &self)
    }

    mutating func number() -> Float {
      [0, 1, -1, 2, 7, 100, -100, 0x1p20, 0x1p31, -0x1p31, 0x1p62, 0x1p63, -0x1p63, .infinity, .nan]
        .randomElement(using: &self)!
    }
  }
}
