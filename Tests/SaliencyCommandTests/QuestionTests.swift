import Foundation
import NumPyFormat
import Testing

/// Losses, layers and comparisons.
@Suite("Questions on the command line")
struct QuestionTests {
  /// The numbers that a question gives.
  private static func numbers(_ options: String..., in workspace: Workspace) throws -> NumPyArray {
    let arguments = ["explain", "model.onnx", "x.npy", "--gradient-modifier", "none", "-o", "out.npy"]
    let result = try Command.run(arguments + options, in: workspace)
    try #require(result.exitCode == 0, "\(result.errors)")
    return try NumPyArray(contentsOf: workspace.path + "/out.npy")
  }

  private static func report(_ arguments: String..., in workspace: Workspace) throws -> [String: Any] {
    let result = try Command.run(arguments + ["--json"], in: workspace)
    try #require(result.exitCode == 0, "\(result.errors)")
    return try #require(try JSONSerialization.jsonObject(with: result.output) as? [String: Any])
  }

  @Test("Losses are the weighted sum of what each would be alone")
  func weightedLosses() async throws {
    try await Workspace.with { workspace in
      let two = try Self.numbers("--target", "2", in: workspace).values
      let filter = try Self.numbers("--layer", "conv-c", "--target", "3", in: workspace).values
      let sum = try Self.numbers("--loss", "output:2", "--loss", "conv-c:-1:-0.5", in: workspace)
      #expect(sum.shape == [1, 3, 8, 8])
      for (value, (a, b)) in zip(sum.values, zip(two, filter)) {
        #expect(abs(value - (a - 0.5 * b)) <= 1e-6)
      }
      #expect(try Self.numbers("--loss", "0:3:1", in: workspace).values == filter)
    }
  }

  @Test("Losses are reported with their weights and values")
  func lossReport() async throws {
    try await Workspace.with { workspace in
      let report = try Self.report(
        "explain", "model.onnx", "x.npy", "--loss", "output:2,1", "--loss", "conv-c:all:-0.5", in: workspace)
      let losses = try #require(report["losses"] as? [[String: Any]])
      #expect(losses.map { $0["name"] as? String } == ["output:2,1", "conv-c"])
      #expect(losses.map { $0["weight"] as? Double } == [1, -0.5])
      #expect(losses.allSatisfy { ($0["values"] as? [Double])?.count == 1 })
      #expect(report["target"] == nil && report["requested_target"] == nil)
      #expect(report["layer"] as? String == "output:2,1 − 0.5 · conv-c")
    }
  }

  @Test("With respect to a layer the attribution has the layer's shape, and the report names it")
  func withRespectTo() async throws {
    try await Workspace.with { workspace in
      #expect(try Self.numbers("--wrt", "relu-r", in: workspace).shape == [1, 4, 8, 8])
      let report = try Self.report("explain", "model.onnx", "x.npy", "--wrt", "1", in: workspace)
      #expect(report["with_respect_to"] as? String == "relu-r")
      #expect(report["input_shape"] as? [Int] == [1, 3, 8, 8])
    }
  }

  @Test("A comparison has a row for each method and a column for each target")
  func comparison() async throws {
    try await Workspace.with { workspace in
      let report = try Self.report(
        "explain", "model.onnx", "x.npy", "--compare", "gradient,rectified", "--compare-targets", "top:3",
        "-o", "sheet.png", in: workspace)
      let rows = try #require(report["explanations"] as? [[[String: Any]]])
      #expect(rows.map(\.count) == [3, 3])
      #expect(rows.map { $0[0]["method"] as? String } == ["gradient", "rectified"])
      let scores = rows[0].compactMap { $0["score"] as? Double }
      #expect(scores.count == 3 && scores == scores.sorted(by: >))
      #expect(workspace.names.contains("sheet.png"))
    }
  }

  @Test("'filters' draws the most active filters first, and none that is not active")
  func filters() async throws {
    try await Workspace.with { workspace in
      let report = try Self.report(
        "filters", "model.onnx", "x.npy", "--layer", "conv-c", "-o", "{name}-sheet.webp", in: workspace)
      let filters = try #require(report["explanations"] as? [[[String: Any]]])[0]
      let scores = filters.compactMap { $0["score"] as? Double }
      #expect(!scores.isEmpty && scores.allSatisfy { $0 > 0 } && scores == scores.sorted(by: >))
      #expect(workspace.names.contains("x-sheet.webp"))
      let named = try Self.report(
        "filters", "model.onnx", "x.npy", "--layer", "conv-c", "--filters", "0,1,2,3", in: workspace)
      let all = try #require(named["explanations"] as? [[[String: Any]]])[0]
        .compactMap { $0["score"] as? Double }
      #expect(all.count == 4 && all.filter { $0 > 0 }.sorted(by: >) == scores)
      let two = try Self.report(
        "filters", "model.onnx", "x.npy", "--layer", "0", "--filters", "3,-4", in: workspace)
      let indices = try #require(two["explanations"] as? [[[String: Any]]])[0]
        .map { ($0["target"] as? [String: Any])?["index"] as? Int }
      #expect(indices == [3, 0])
    }
  }

  @Test("A comparison tells the values of losses, and the layer that it is for")
  func comparisonText() async throws {
    try await Workspace.with { workspace in
      let result = try Command.run(
        [
          "explain", "model.onnx", "x.npy", "--compare", "gradient", "--loss", "output:2",
          "--wrt", "relu-r", "-o", "-.json",
        ], in: workspace)
      #expect(result.exitCode == 0)
      #expect(result.errors.contains("for        layer 'relu-r' (1×4×8×8)"))
      #expect(try /explained  loss output:2, weight 1: -?[0-9]/.firstMatch(in: result.errors) != nil)
    }
  }

  @Test("'filters' names the units of the output, and those of no other layer")
  func filterNames() async throws {
    try await Workspace.with { workspace in
      for (layer, hasNames) in [("-1", true), ("conv-c", false)] {
        let report = try Self.report(
          "filters", "model.onnx", "x.npy", "--layer", layer, "--labels", "labels.txt", in: workspace)
        let units = try #require(report["explanations"] as? [[[String: Any]]])[0]
          .compactMap { ($0["target"] as? [String: Any])?["name"] as? String }
        #expect(!units.isEmpty == hasNames, "\(layer): \(units)")
      }
    }
  }

  @Test("--keep-channels draws a map for each channel, and leaves the numbers as they are")
  func keepChannels() async throws {
    try await Workspace.with { workspace in
      let kept = try Self.numbers("--keep-channels", "-o", "kept.png", in: workspace)
      let reduced = try Self.numbers("-o", "reduced.png", in: workspace)
      #expect(kept == reduced)
      let images = try ["kept.png", "reduced.png"].map { try workspace.contents(of: $0) }
      #expect(images[0] != images[1])
    }
  }

  @Test("Without outputs the image is named after what it shows")
  func defaultNames() async throws {
    try await Workspace.with { workspace in
      for arguments in [
        ["explain", "model.onnx", "x.npy"],
        ["explain", "model.onnx", "x.npy", "--compare", "gradient,guided"],
        ["filters", "model.onnx", "x.npy", "--layer", "conv-c"],
      ] {
        let result = try Command.run(arguments, in: workspace)
        #expect(result.exitCode == 0, "\(result.errors)")
      }
      #expect(workspace.names.isSuperset(of: ["x-gradient.png", "x-comparison.png", "x-filters.png"]))
    }
  }

  @Test("An animation has a frame for each input, or for each target", arguments: ["maps.webp", "maps.png"])
  func animation(name: String) async throws {
    try await Workspace.with { workspace in
      try FileManager.default.copyItem(atPath: workspace.path + "/x.npy", toPath: workspace.path + "/y.npy")
      for (arguments, count) in [
        (["x.npy", "y.npy", "-o", "{name}.json"], 2), (["x.npy", "--compare-targets", "top:3"], 3),
        (["x.npy", "--compare-targets", "top:3", "--compare", "gradient,guided"], 6),
      ] {
        let result = try Command.run(
          ["explain", "model.onnx", "--animation", name] + arguments, in: workspace)
        #expect(result.exitCode == 0, "\(result.errors)")
        #expect(result.errors.contains("\(name) (\(count) frames)"))
        #expect(workspace.names.contains(name))
      }
    }
  }

  @Test("Inputs of several sizes make one animation, the smaller ones in the middle")
  func animationOfSizes() async throws {
    try await Workspace.with { workspace in
      for (name, sides) in [("wide.npy", [6, 20]), ("high.npy", [200, 6])] {
        let count = 3 * sides[0] * sides[1]
        try workspace.write(
          NumPyArray(shape: [1, 3] + sides, values: (0..<count).map { Float($0 % 7) }), to: name)
      }
      let result = try Command.run(
        ["explain", "open.onnx", "wide.npy", "high.npy", "-o", "{name}.json", "--animation", "a.png"],
        in: workspace)
      #expect(result.exitCode == 0, "\(result.errors)")
      #expect(result.errors.contains("a.png (2 frames)"))
    }
  }

  static let refused: [RefusedCase] =
    [
      (["--loss", "conv-d:1"], ["model.onnx", "'conv-d'", "'conv-c'"]),
      (["--loss", "output:5"], ["'y'", "filter 5", "0 to 4"]),
      (["--loss", "conv-c:4"], ["'conv-c'", "filter 4", "0 to 3"]),
      (["--loss", "output:x"], ["'output:x'", "'x'", "LAYER:FILTERS:WEIGHT"]),
      (["--loss", "output:1,"], ["'output:1,'", "LAYER:FILTERS:WEIGHT"]),
      (["--loss", "output:1:heavy"], ["'heavy'", "no finite number"]),
      (["--loss", "output:1:inf"], ["'inf'", "no finite number"]),
      (["--loss", ":1"], ["':1'", "names no layer"]),
      (["--loss", ""], ["names no layer"]),
      (["--loss", "output:1", "--target", "1"], ["--loss", "--target"]),
      (["--loss", "output:1", "--layer", "conv-c"], ["--loss", "--layer"]),
      (["--loss", "output:1", "--on", "probability"], ["--loss", "--on"]),
      (["--loss", "conv-c:1", "--wrt", "gemm-s"], ["conv-c:1", "'gemm-s'"]),
      (["--layer", "conv-c", "--wrt", "relu-r"], ["'conv-c'", "'relu-r'"]),
      (["--wrt", "relu"], ["'relu'", "'relu-r'"]),
      (["--wrt", "flatten-f", "--method", "guided"], ["'guided'", "'flatten-f'"]),
      (["--compare", "gradient,gided"], ["'gided'", "guided", "rectified"]),
      (["--compare", "gradient,gradient"], ["'gradient'", "twice"]),
      (["--compare", ""], ["''", "gradient"]),
      (["--compare", "gradient,guided", "--keep-channels"], ["--keep-channels", "--compare"]),
      (["--compare-targets", "top:6"], ["top:6", "5"]),
      (["--compare-targets", "1,,2"], ["'1,,2'", "empty part"]),
      (["--image-style", "sepia"], ["'sepia'", "gray", "color"]),
      (["--animation", "maps.jpg"], ["'maps.jpg'", ".webp"]),
      (["--animation", "out.png"], ["out.png", "twice"]),
      (["--animation", "./out.png"], ["out.png", "twice"]),
      (["--animation", "{name}.webp"], ["'{name}.webp'", "one file"]),
      (["--compare", "gradient,rectified", "--method", "guided"], ["--compare", "--method"]),
      (["--animation", "maps.webp", "--frame-duration", "0"], ["--frame-duration", "65535"]),
      (["--compare-targets", "1", "--target", "2"], ["--compare-targets", "--target"]),
    ].map { (options: [String], words: [String]) in
      RefusedCase(
        options.joined(separator: " "), ["explain", "model.onnx", "x.npy", "-o", "out.png"] + options, 64,
        words)
    } + [
      .init(
        "a comparison in numbers",
        ["explain", "model.onnx", "x.npy", "--compare", "gradient,guided", "-o", "out.npy"], 64,
        ["comparison", ".npy"]),
      .init("filters of no layer", ["filters", "model.onnx", "x.npy"], 64, ["--layer"]),
      .init(
        "filters beyond the last", ["filters", "model.onnx", "x.npy", "--layer", "0", "--filters", "4"], 64,
        ["unit 4", "0 to 3"]),
      .init(
        "filters in numbers", ["filters", "model.onnx", "x.npy", "--layer", "0", "-o", "out.npy"], 64,
        ["contact sheet", "--layer"]),
      .init(
        "filters without columns", ["filters", "model.onnx", "x.npy", "--layer", "0", "--columns", "0"], 64,
        ["--columns"]),
    ]

  @Test("Questions that make no sense are refused", arguments: refused)
  func checkRefused(_ refused: RefusedCase) async throws { try await refused.check() }
}
