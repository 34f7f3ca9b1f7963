import Foundation
import NumPyFormat
import ONNXFormat
import SaliencyCore

/// What became of a case.
enum ONNXBackendOutcome {
  case right
  case refused(String)
  case wrong(String)

  var isRight: Bool { if case .right = self { true } else { false } }
}

/// A case of ONNX's conformance suite, as `Scripts/onnx-backend-cases.py` laid it out.
struct ONNXBackendCase: Decodable, Sendable {
  struct Port: Decodable, Sendable {
    let name: String
    let type: String
    /// Nil where the value is no tensor of numbers.
    let file: String?
    /// Whether single precision holds all elements; nil where there is no file.
    let exact: Bool?

    var isFloatingPoint: Bool { type.contains("float") || type == "double" }
  }

  /// A line of the results that the documentation is made of.
  struct Result: Encodable {
    let name: String
    let kind: String
    let operators: [String]
    let outcome: String
    let reason: String?
  }

  private struct Index: Decodable {
    let cases: [ONNXBackendCase]
  }

  let name: String
  let kind: String
  let operators: [String]
  let rtol: Double
  let atol: Double
  let inputs: [Port]
  let outputs: [Port]

  /// Cases whose expected numbers were computed in float16, or by a fast Fourier transform in single precision, and are
  /// farther from the exact result than the suite's tolerance: two units in the last place are allowed.
  static let noisyExpectations: Set<String> = [
    "test_attention_4d_gqa_with_past_and_present_fp16",
    "test_attention_4d_gqa_with_past_and_present_fp16_expanded", "test_dft_inverse",
    "test_dft_inverse_opset19",
  ]

  static func all() throws -> [ONNXBackendCase] {
    let data = try Data(contentsOf: URL(filePath: Folders.onnxBackend + "/cases.json"))
    return try JSONDecoder().decode(Index.self, from: data).cases
  }

  func result(_ outcome: ONNXBackendOutcome) -> Result {
    let (word, reason): (String, String?) =
      switch outcome {
      case .right: ("right", nil)
      case .refused(let reason): ("refused", reason)
      case .wrong(let reason): ("wrong", reason)
      }
    return Result(name: name, kind: kind, operators: operators, outcome: word, reason: reason)
  }

  /// Runs the case with all floating-point inputs given at run time; where that is refused with the first alone, and
  /// then with none.
  func outcome() async -> ONNXBackendOutcome {
    let floating = inputs.filter { $0.isFloatingPoint && $0.file != nil }.map(\.name)
    var attempts = [Set(floating)]
    if floating.count > 1 { attempts.append([floating[0]]) }
    if !floating.isEmpty { attempts.append([]) }
    var first: ONNXBackendOutcome?
    for attempt in attempts {
      let outcome = await self.outcome(runtimeInputs: attempt)
      guard case .refused = outcome else { return outcome }
      first = first ?? outcome
    }
    return first!
  }

  private func outcome(runtimeInputs: Set<String>) async -> ONNXBackendOutcome {
    do {
      var (given, constants): ([String: Tensor], [String: Tensor]) = ([:], [:])
      for input in inputs {
        guard let file = input.file else { continue }
        guard input.exact != false else {
          return .refused("tensor '\(input.name)': single precision does not hold its integers")
        }
        let tensor = try tensor(file)
        if runtimeInputs.contains(input.name), tensor.shape.elementCount > 0 {
          given[input.name] = tensor
        } else {
          constants[input.name] = tensor
        }
      }
      let model = try ONNXModel(contentsOf: "\(Folders.onnxBackend)/\(name)/model.onnx")
      let weights = Set(constants.keys).union(given.keys).subtracting(model.inputs.map(\.name))
      for name in weights { given[name].map { constants[name] = $0 }; given[name] = nil }
      let network = try model.network(inputShapes: given.mapValues(\.shape), constants: constants)
      let executor = try Executor.shared
      let plan = try await executor.compile(try network.graph.optimized())
      let results = try await executor.run(plan, given)
      for (result, output) in zip(results, outputs) {
        guard let file = output.file else { return .wrong("'\(output.name)' is no tensor") }
        if let difference = difference(result, try tensor(file), output) { return .wrong(difference) }
      }
      return results.count == outputs.count ? .right : .wrong("\(results.count) outputs")
    } catch let error as ONNXError {
      let refusals: [ONNXError.Code] = [.unsupportedOperator, .unsupportedElementType, .limitExceeded]
      let text = "\(error)".replacingOccurrences(of: error.file + ": ", with: "")
      return refusals.contains(error.code) ? .refused(text) : .wrong("said to be \(error.code): \(text)")
    } catch {
      return .wrong("\(error)")
    }
  }

  private func tensor(_ file: String) throws -> Tensor {
    let array = try NumPyArray(contentsOf: "\(Folders.onnxBackend)/\(name)/\(file)")
    return Tensor(shape: array.shape, values: array.values)
  }

  /// How a result differs from what is expected by more than the suite allows, or nil.
  private func difference(_ result: Tensor, _ expected: Tensor, _ output: Port) -> String? {
    guard result.shape == expected.shape else {
      return "'\(output.name)' is \(result.shape.text) instead of \(expected.shape.text)"
    }
    // As ONNX's own runner does it for bfloat16.
    var (relative, absolute) = (output.type == "bfloat16" ? max(rtol, 0x1p-6) : rtol, atol)
    if Self.noisyExpectations.contains(name) {
      relative = output.type == "float16" ? 0x1p-9 : relative
      absolute = output.type == "float" ? 0x1p-22 * Double(expected.values.map(abs).max() ?? 0) : absolute
    }
    for (index, (value, target)) in zip(result.values, expected.values).enumerated() {
      if value == target || value.isNaN && target.isNaN { continue }
      let (value, target) = (Double(value), Double(target))
      guard abs(value - target) <= absolute + relative * abs(target) else {
        return "element \(index) of '\(output.name)' is \(value) instead of \(target)"
      }
    }
    return nil
  }
}
