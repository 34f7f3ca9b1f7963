import Foundation
import NumPyFormat
import SaliencyTestSupport
import Testing

@Suite("saliency evaluate")
struct EvaluateTests {
  private static let quick = ["--metric", "deletion:steps=4", "--metric", "sparseness"]

  @Test("A table, a CSV file, a JSON file and a chart say the same")
  func outputs() async throws {
    try await Workspace.with { workspace in
      let result = try Command.run(
        ["evaluate", "model.onnx", "x.npy", "photo.png", "--scale", "1/255", "--labels", "labels.txt"]
          + ["--method", "gradient", "--method", "occlusion:window=4"] + Self.quick
          + ["-o", "out.csv", "-o", "out.json", "-o", "chart.png"], in: workspace)
      #expect(result.exitCode == 0, "\(result.errors)")
      for word in [
        "deletion ↓", "sparseness ↑", "gradient", "occlusion:window=4", "2 inputs", "wrote      chart.png",
      ] {
        #expect(result.outputText.contains(word), "\(result.outputText)")
      }
      let lines = String(decoding: try workspace.contents(of: "out.csv"), as: UTF8.self).split(
        separator: "\n")
      #expect(lines.count == 5 && lines[0] == "input,item,target,method,deletion,sparseness")
      let data = try workspace.contents(of: "out.json")
      let report = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
      let results = try #require(report["results"] as? [[String: Any]])
      #expect(results.count == 4 && (report["means"] as? [Any])?.count == 2)
      for (line, entry) in zip(lines.dropFirst(), results) {
        let fields = line.split(separator: ",").map(String.init)
        let values = try #require(entry["values"] as? [String: [String: Any]])
        #expect(fields[0] == entry["input"] as? String && fields[3] == entry["method"] as? String)
        for (field, name) in [(fields[4], "deletion"), (fields[5], "sparseness")] {
          let value = try #require(values[name]?["value"] as? Double)
          #expect(abs(try #require(Double(field)) - value) < 1e-12)
        }
        #expect((values["deletion"]?["curve"] as? [[Double]])?.count == 5)
      }
      #expect(try workspace.contents(of: "chart.png").starts(with: [0x89, 0x50]))
    }
  }

  @Test("All metrics that an input has what is needed for are taken, and the same seed gives the same bytes")
  func usualMetrics() async throws {
    try await Workspace.with { workspace in
      try workspace.write(
        NumPyArray(shape: [8, 8], values: (0..<64).map { $0 < 32 ? 1 : 0 }), to: "x-mask.npy")
      func run(_ options: [String]) throws -> [String: Any] {
        let result = try Command.run(["evaluate", "model.onnx", "x.npy", "--json"] + options, in: workspace)
        #expect(result.exitCode == 0, "\(result.errors)")
        return try #require(try JSONSerialization.jsonObject(with: result.output) as? [String: Any])
      }
      func names(_ report: [String: Any]) -> Set<String> {
        Set((report["metrics"] as? [[String: Any]] ?? []).compactMap { $0["name"] as? String })
      }
      func text(_ report: [String: Any]) throws -> Data {
        try JSONSerialization.data(withJSONObject: report, options: .sortedKeys)
      }
      let first = try run(["--seed", "3"])
      #expect(names(first).count == 9 && !names(first).contains("pointing-game"))
      #expect(try text(run(["--seed", "3"])) == text(first))
      #expect(try text(run(["--seed", "4"])) != text(first))
      let masked = try run([
        "--mask", "{name}-mask.npy", "--metric", "mass-inside", "--metric", "pointing-game",
      ])
      #expect(names(masked) == ["mass-inside", "pointing-game"])
    }
  }

  private static func results(
    _ options: [String], in workspace: Workspace
  ) throws -> [[String: Any]] {
    let result = try Command.run(
      ["evaluate", "network.onnx", "in.npy", "--json", "--metric", "deletion:steps=2"] + options,
      in: workspace)
    #expect(result.exitCode == 0, "\(result.errors)")
    let report = try JSONSerialization.jsonObject(with: result.output) as? [String: Any]
    return try #require(report?["results"] as? [[String: Any]])
  }

  @Test(
    "Items are those of the axis where the network has them",
    arguments: ArrangedNetwork.series + ArrangedNetwork.images)
  func items(_ network: ArrangedNetwork) async throws {
    try await Workspace.with { workspace in
      try workspace.write(Data(network.file), to: "network.onnx")
      let count = network.itemAxis == nil ? 1 : 2
      let shape = network.extents.enumerated().map { $0.offset == network.itemAxis ? count : $0.element! }
      let numbers = ArrangedNetwork.numbers(shape.reduce(1, *), seed: 4)
      try workspace.write(NumPyArray(shape: shape, values: numbers), to: "in.npy")
      let results = try Self.results([], in: workspace)
      #expect(results.map { $0["item"] as? Int } == Array(0..<count))
    }
  }

  @Test("Of a detector the best box is evaluated, a box, or a unit at its place")
  func boxes() async throws {
    try await Workspace.with { workspace in
      try workspace.copy("detectors/yolov8.onnx", as: "network.onnx")
      try workspace.copy("detectors/yolov8.input.npy", as: "in.npy")
      func deletion(_ target: String) throws -> [Double]? {
        let values = try Self.results(["--target", target], in: workspace)[0]["values"] as? [String: Any]
        let curve = (values?["deletion"] as? [String: Any])?["curve"] as? [[Double]]
        return curve?.map { $0[1] }
      }
      let best = try #require(try deletion("top"))
      #expect(try deletion("box:0") == best)
      // The second box is of class 2 of candidate 66, whose printed score is row 6.
      let second = try #require(try deletion("box:1"))
      let row = try #require(try deletion("6@66"))
      #expect(second != best && abs(row[0] - 0.6504) < 1e-3, "\(second) \(row)")
    }
  }

  @Test("The metrics are listed with their options")
  func list() async throws {
    try await Workspace.with { workspace in
      let result = try Command.run(["metrics"], in: workspace)
      #expect(result.exitCode == 0)
      for word in ["insertion", "road", ":steps=50", "max-sensitivity"] {
        #expect(result.outputText.contains(word))
      }
    }
  }

  @Test("A result of explain carries its check")
  func check() async throws {
    try await Workspace.with { workspace in
      let result = try Command.run(
        ["explain", "model.onnx", "x.npy", "--check", "-o", "map.npy"], in: workspace)
      #expect(result.exitCode == 0, "\(result.errors)")
      #expect(
        result.outputText.contains("check      along the gradient") && result.outputText.contains("holds"))
      let json = try Command.run(
        ["explain", "model.onnx", "x.npy", "--check", "--json", "--compare", "gradient,ig,guided"],
        in: workspace)
      let report = try #require(try JSONSerialization.jsonObject(with: json.output) as? [String: Any])
      let rows = try #require(report["explanations"] as? [[[String: Any]]])
      let kinds = rows.map { (($0[0]["checks"] as? [[String: Any]])?[0]["kind"] as? String) }
      #expect(kinds == ["slope", "completeness", "none"])
    }
  }

  private static func evaluate(_ options: String...) -> [String] {
    ["evaluate", "model.onnx", "x.npy"] + options
  }

  static let refusals: [RefusedCase] = [
    .init("no input", ["evaluate", "model.onnx"], 64, ["<inputs>"]),
    .init("an unknown metric", evaluate("--metric", "deletoin"), 64, ["'deletoin'", "'deletion'"]),
    .init("an unknown method", evaluate("--method", "gradent"), 64, ["'gradent'", "'gradient'"]),
    .init("a method twice", evaluate("--method", "guided", "--method", "guided"), 64, ["'guided' twice"]),
    .init("a metric twice", evaluate("--metric", "road", "--metric", "road:seed=1"), 64, ["'road' twice"]),
    .init(
      "a metric that lacks its mask", evaluate("--metric", "pointing-game"), 64,
      ["'pointing-game'", "--mask"]),
    .init("a mask that is missing", evaluate("--mask", "m.npy"), 66, ["m.npy"]),
    .init("an ending without a form", evaluate("-o", "table.txt"), 64, ["'table.txt'", ".csv"]),
    .init("an output over an input", evaluate("-o", "photo.png", "--mask", "photo.png"), 64, ["photo.png"]),
    .init("an output twice", evaluate("-o", "a.csv", "-o", "./a.csv"), 64, ["twice"]),
    .init("a negative seed", evaluate("--seed=-1"), 64, ["--seed"]),
    .init("a mask of another size", evaluate("--mask", "small.npy"), 65, ["9 places", "64"]) {
      try $0.write(NumPyArray(shape: [3, 3], values: .init(repeating: 1, count: 9)), to: "small.npy")
    },
    .init("a mask with nothing in it", evaluate("--mask", "none.npy"), 65, ["nothing inside"]) {
      try $0.write(NumPyArray(shape: [8, 8], values: .init(repeating: 0, count: 64)), to: "none.npy")
    },
    .init(
      "a mask of an image of another size",
      [
        "evaluate", "model.onnx", "photo.png", "--scale", "1/255", "--mean", "0", "--std", "1", "--mask",
        "other.png",
      ], 65,
      ["5×5", "12×10", "8×8"]
    ) { try $0.write(Data(PNG.image(width: 5, height: 5)), to: "other.png") },
  ]

  @Test("What cannot be evaluated is refused in one line", arguments: refusals)
  func refused(_ test: RefusedCase) async throws { try await test.check() }
}
