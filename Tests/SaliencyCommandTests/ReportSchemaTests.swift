import FileAccess
import Foundation
import NumPyFormat
import Saliency
import SaliencyTestSupport
import Testing

/// What `--json` prints is what the schema says, and what the library reads back.
@Suite("Schema of reports")
struct ReportSchemaTests {
  /// A run of the command, and the kind of report that it prints.
  struct Case: CustomTestStringConvertible {
    let line: String
    let kind: any Report.Type
    var exitCode: Int32 = 0

    init(_ line: String, _ kind: any Report.Type, exitCode: Int32 = 0) {
      (self.line, self.kind, self.exitCode) = (line, kind, exitCode)
    }

    var testDescription: String { line }
    /// The name of the definition: that of the type, without what it is a list of.
    var definition: String { String("\(kind)".prefix { $0 != "<" }) }
  }

  static let cases = [
    Case(
      "explain model.onnx x.npy --labels labels.txt --target shark --check -o out.png", ExplainReport.self),
    Case(
      "explain model.onnx photo.png --method integrated-gradients:steps=4 --crop center", ExplainReport.self),
    Case("explain model.onnx x.npy --method grad-cam --layout x=NCHW", ExplainReport.self),
    Case("explain model.onnx x.npy --loss output:2:-1 --method lrp", ExplainReport.self),
    Case("explain model.onnx x.npy --similar-to photo.png --size-of original", ExplainReport.self),
    Case(
      "explain text.onnx ids.npy --method occlusion --tokens ids.txt --per-token norm --target 0",
      ExplainReport.self),
    Case("explain detector.onnx detector.npy --target box:0 --score 0.1 --iou 0.5", ExplainReport.self),
    Case("explain segmenter.onnx segmenter.npy --target 1@strongest", ExplainReport.self),
    Case("explain model.onnx x.npy --compare gradient,lrp --compare-targets top:2", ComparisonReport.self),
    Case("filters model.onnx x.npy --layer 0", ComparisonReport.self),
    Case("explain two.onnx a.npy --given b=b.npy --input all --target 0 --check", JointReport.self),
    Case("explain model.onnx x.npy no.npy photo.png", ReportList<ExplainReport>.self, exitCode: 1),
    Case("predict model.onnx photo.png --labels labels.txt", PredictReport.self),
    Case("predict model.onnx x.npy photo.png", ReportList<PredictReport>.self),
    Case("predict detector.onnx detector.npy", PredictReport.self),
    Case("predict segmenter.onnx segmenter.npy", PredictReport.self),
    Case("evaluate model.onnx x.npy --metric deletion:steps=2 --metric sparseness", EvaluationReport.self),
    Case("maximize model.onnx --target 1 --steps 2 --total-variation 1 -o out.png", MaximizationReport.self),
    Case("inspect model.onnx", InspectReport.self),
    Case("inspect open.onnx", InspectReport.self),
    Case("inspect text.onnx", InspectReport.self),
    Case("inspect mystery.onnx", InspectReport.self),
    Case("methods", MethodsReport.self),
    Case("metrics", MetricsReport.self),
    Case("bench model.onnx --runs 1 --profile --limit", BenchReport.self),
    Case("export model.onnx -o out.onnx --check x.npy", ExportSummary.self),
  ]

  private static func with(_ body: (Workspace) throws -> Void) async throws {
    try await Workspace.with { workspace in
      try workspace.copy("detectors/suppressed.onnx", as: "detector.onnx")
      try workspace.copy("detectors/suppressed.input.npy", as: "detector.npy")
      try workspace.copy("axes/segmentation.onnx", as: "segmenter.onnx")
      try workspace.copy("axes/segmentation.input.npy", as: "segmenter.npy")
      try workspace.write(NumPyArray(shape: [1, 2], values: [3, 4]), to: "a.npy")
      try workspace.write(NumPyArray(shape: [1, 1], values: [5]), to: "b.npy")
      try workspace.write(NumPyArray(shape: [1, 3], values: [1, 2, 0]), to: "ids.npy")
      try workspace.write("one\ntwo\nnone\n", to: "ids.txt")
      for (name, model) in ["two": .product, "text": .sumOfTokens, "mystery": mystery] as [String: MadeModel]
      {
        try workspace.write(Data(model.file), to: name + ".onnx")
      }
      try body(workspace)
    }
  }

  /// A layer that cannot be computed, and one that depends on it.
  private static var mystery: MadeModel {
    var made = MadeModel()
    made.input("x", [1, 2])
    made.node("Mystery", ["x"], ["a"])
    made.node("Relu", ["a"], ["y"])
    made.output("y")
    return made
  }

  @Test(
    "A report has all that the schema asks for, nothing else, and is read back as it was", arguments: cases)
  func report(_ entry: Case) async throws {
    try await Self.with { workspace in
      let arguments = entry.line.split(separator: " ").map(String.init) + ["--json"]
      let result = try Command.run(arguments, in: workspace)
      try #require(result.exitCode == entry.exitCode, "\(result.errors)")
      let value = try JSONValue(parsing: Array(result.output))
      #expect(try JSONSchema.reports().problems(of: value, as: entry.definition) == [])
      #expect(try JSONSchema.reports().problems(of: value) == [])
      #expect(try entry.kind.init(json: result.outputText).json() + "\n" == result.outputText)
    }
  }

  @Test("A field that is not documented, or is missing, is found")
  func strictness() async throws {
    try await Self.with { workspace in
      let result = try Command.run(["methods", "--json"], in: workspace)
      let methods = try #require(try JSONValue(parsing: Array(result.output))["methods"])
      let more = JSONValue.object(["methods": methods, "more": .number(1)])
      #expect(
        try JSONSchema.reports().problems(of: more, as: "MethodsReport") == ["$: 'more' is not documented"])
      #expect(try !JSONSchema.reports().problems(of: more).isEmpty)
      let problems = try JSONSchema.reports().problems(
        of: .object(["methods": .array([.object([:])])]), as: "MethodsReport")
      #expect(problems.contains("$.methods[0]: 'summary' is missing"))
    }
  }

  @Test("Every object of the schema is closed, every field described, every definition used")
  func schema() throws {
    let definitions = try JSONSchema.reports().definitions
    var references: Set<String> = []
    func visit(_ schema: JSONValue) {
      if let name = schema["$ref"]?.text { references.insert(name) }
      for part in schema.object?.values.map({ $0 }) ?? schema.array ?? [] { visit(part) }
    }
    visit(try JSONSchema.reports().root)
    #expect(references == Set(definitions.keys.map { "#/$defs/\($0)" }))
    for (name, definition) in definitions {
      #expect(definition["description"]?.text != nil, "\(name)")
      guard let fields = definition["properties"]?.object else { continue }
      #expect(definition["additionalProperties"]?.boolean == false, "\(name)")
      for (field, schema) in fields { #expect(schema["description"]?.text != nil, "\(name).\(field)") }
    }
  }
}
