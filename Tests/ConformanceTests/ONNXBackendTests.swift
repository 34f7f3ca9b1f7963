import Foundation
import NumPyFormat
import ONNXFormat
import SaliencyCore
import Testing

/// ONNX's own conformance suite: each case is computed right or refused by name.
@Suite(
  "ONNX's conformance suite is right or refused",
  .enabled(
    if: Folders.has(Folders.onnxBackend + "/cases.json", for: "ONNX's conformance suite"),
    "run `make test`, which lays its cases out"))
struct ONNXBackendTests {
  /// How many cases of each kind there are, and how many of those are known to be computed.
  static let known: [String: (cases: Int, passed: Int)] = [
    "node": (1_884, 1_721), "simple": (23, 15), "pytorch-operator": (35, 35), "pytorch-converted": (82, 82),
  ]

  @Test("Every case is executed, none is wrong, and as many as are known are right", .timeLimit(.minutes(20)))
  func all() async throws {
    let cases = try ONNXBackendCase.all()
    var outcomes: [ONNXBackendOutcome] = []
    for entry in cases { outcomes.append(await entry.outcome()) }
    for (kind, expected) in Self.known {
      let results = zip(cases, outcomes).filter { $0.0.kind == kind }
      #expect(results.count >= expected.cases, "cases of kind '\(kind)'")
      #expect(results.count { $0.1.isRight } >= expected.passed, "right cases of kind '\(kind)'")
    }
    let wrong = zip(cases, outcomes).compactMap { entry, outcome -> String? in
      guard case .wrong(let reason) = outcome else { return nil }
      return "\(entry.name): \(reason)"
    }
    #expect(wrong.isEmpty, "\(wrong.count) wrong:\n\(wrong.joined(separator: "\n"))")
    if let path = ProcessInfo.processInfo.environment["SALIENCY_ONNX_BACKEND_RESULTS"] {
      let lines = zip(cases, outcomes).map { $0.0.result($0.1) }
      try JSONEncoder().encode(lines).write(to: URL(filePath: path))
    }
  }
}
