import Foundation
import NumPyFormat
import Testing

@Suite("Measuring on the command line")
struct BenchTests {
  private static func report(_ options: String..., in workspace: Workspace) throws -> [String: Any] {
    let result = try Command.run(["bench", "model.onnx", "--runs", "2", "--json"] + options, in: workspace)
    try #require(result.exitCode == 0, "\(result.errors)")
    #expect(result.errors.isEmpty)
    return try #require(try JSONSerialization.jsonObject(with: result.output) as? [String: Any])
  }

  @Test("JSON has the times, the memory and what was measured")
  func json() async throws {
    try await Workspace.with { workspace in
      let report = try Self.report("--threads", "1", "--batch", "1", in: workspace)
      #expect(
        Set(report.keys) == [
          "model", "threads", "precision", "batch", "forward", "gradient", "arena_bytes",
          "packed_weight_bytes",
          "peak_resident_bytes",
        ])
      #expect(report["model"] as? String == "model.onnx")
      #expect(report["threads"] as? Int == 1)
      #expect(report["precision"] as? String == "fp32")
      #expect(report["batch"] as? Int == 1)
      for key in ["forward", "gradient"] {
        let times = try #require(report[key] as? [String: Double])
        #expect(Set(times.keys) == ["median_ms", "min_ms"])
        #expect(times["min_ms"]! > 0 && times["min_ms"]! <= times["median_ms"]!)
      }
      for key in ["arena_bytes", "packed_weight_bytes", "peak_resident_bytes"] {
        #expect(try #require(report[key] as? Int) > 0, "\(key)")
      }
    }
  }

  @Test("A batch takes more memory, whether it is asked for or lies in the tensor")
  func batches() async throws {
    try await Workspace.with { workspace in
      let single = try #require(try Self.report("--shape", "1x3x8x8", in: workspace)["arena_bytes"] as? Int)
      try FileManager.default.removeItem(atPath: workspace.path + "/model.onnx")
      try FileManager.default.moveItem(
        atPath: workspace.path + "/open.onnx", toPath: workspace.path + "/model.onnx")
      let eight = try Self.report("--shape", "1x3x8x8", "--batch", "8", in: workspace)
      #expect(eight["batch"] as? Int == 8)
      #expect(try #require(eight["arena_bytes"] as? Int) > single)
      #expect(eight["items_at_once"] as? Int == 4)
      let given = try Self.report("--tensor", "x.npy", in: workspace)
      #expect(given["batch"] as? Int == 1)
      #expect(given["items_at_once"] == nil)
    }
  }

  @Test("A profile has each kind of work and each node, and the limit the bare primitives")
  func profile() async throws {
    try await Workspace.with { workspace in
      let report = try Self.report("--profile", "--limit", in: workspace)
      let profile = try #require(report["profile"] as? [String: Any])
      let steps = try #require(profile["steps"] as? [[String: Any]])
      for key in ["kinds", "nodes"] {
        let shares = try #require(profile[key] as? [[String: Any]])
        #expect(shares.allSatisfy { Set($0.keys) == ["name", "steps", "ms", "share"] })
        #expect(shares.reduce(0) { $0 + ($1["steps"] as? Int ?? 0) } == steps.count)
      }
      #expect(steps.contains { ($0["node"] as? String)?.hasSuffix("/gradient") == true })
      let limit = try #require(report["limit"] as? [String: [String: Double]])
      #expect(limit["gradient"]!["min_ms"]! > 0 && limit["forward"]!["min_ms"]! > 0)
    }
  }

  @Test("The text is a table of the same")
  func text() async throws {
    try await Workspace.with { workspace in
      let result = try Command.run(
        ["bench", "model.onnx", "--runs", "1", "--method", "guided", "--profile", "--limit"], in: workspace)
      #expect(result.exitCode == 0, "\(result.errors)")
      for word in [
        "model.onnx: 1×3×8×8, fp32", "median", "forward", "guided", "packed weights", "bare primitives",
        "by kind of work", "by node", "convolution forward", "conv-c",
      ] {
        #expect(result.outputText.contains(word), "'\(word)' is missing in: \(result.outputText)")
      }
    }
  }

  @Test("With bf16 it tells how the map agrees with that of fp32, or why there is none")
  func brainFloat() async throws {
    try await Workspace.with { workspace in
      let arguments = ["bench", "model.onnx", "--runs", "2", "--precision", "bf16"]
      let text = try Command.run(arguments, in: workspace)
      let flags = try String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)
      guard flags.contains("avx512_bf16") || flags.contains("amx_bf16") else {
        #expect(text.exitCode == 69)
        #expect(text.errors.contains("bf16") && text.errors.contains("fp32"), "\(text.errors)")
        return
      }
      #expect(text.exitCode == 0, "\(text.errors)")
      #expect(text.outputText.contains("1×3×8×8, bf16"), "\(text.outputText)")
      #expect(text.outputText.contains("rank correlation with fp32 is"), "\(text.outputText)")
      let report = try Self.report("--precision", "bf16", in: workspace)
      #expect(report["precision"] as? String == "bf16")
      let correlation = try #require(report["rank_correlation"] as? Double)
      #expect(0.9...1 ~= correlation)
      let explained = try Command.run(
        ["explain", "model.onnx", "x.npy", "--precision", "bf16", "-o", "map.npy"], in: workspace)
      #expect(explained.exitCode == 0, "\(explained.errors)")
    }
  }

  @Test("A server answers each line with milliseconds, and an unknown word with an error")
  func server() async throws {
    try await Workspace.with { workspace in
      let result = try Command.runShell(
        "printf 'forward\\nguided\\n\\nlimit\\nlimit-forward\\ngradient\\n' | $SALIENCY bench model.onnx --serve",
        in: workspace)
      #expect(result.exitCode == 0, "\(result.errors)")
      let times = result.outputText.split(separator: "\n").map { Double($0) ?? -1 }
      #expect(times.count == 5)
      #expect(times.allSatisfy { $0 > 0 }, "\(result.outputText)")
      let refused = try Command.runShell("echo backward | $SALIENCY bench model.onnx --serve", in: workspace)
      #expect(refused.exitCode == 64)
      #expect(refused.errors.contains("'backward'") && refused.errors.contains("guided"), "\(refused.errors)")
    }
  }

  static let refused: [RefusedCase] =
    [
      (["--runs", "0"], ["--runs", "1 and 100000"]),
      (["--runs", "many"], ["'many'", "--runs"]),
      (["--batch", "0"], ["--batch", "1 and 65536"]),
      (["--threads", "0"], ["--threads", "1 and 1024"]),
      (["--shape", "8x"], ["'8x'", "1x3x224x224"]),
      (["--precision", "fp8"], ["'fp8'", "bf16"]),
      (["--method", "guided2"], ["'guided2'", "guided"]),
      (["--memory-limit", "much"], ["'much'", "--memory-limit"]),
      (["--memory-limit", "0"], ["'0'", "--memory-limit"]),
      (["--memory-limit", "-1GB"], ["--memory-limit"]),
      (["--memory-limit", "9e99GB"], ["'9e99GB'"]),
      (["--tensor", "x.npy", "--batch", "2"], ["--tensor", "--batch"]),
      (["--serve", "--json"], ["--serve", "--json"]),
    ].map { (options: [String], words: [String]) in
      RefusedCase(
        options.joined(separator: " "), ["bench", "model.onnx"] + options, 64,
        words + ["saliency bench --help"])
    } + [
      .init("no model", ["bench"], 64, ["<model>"]),
      .init("a missing model", ["bench", "no.onnx"], 66, ["no.onnx"]),
      .init("a missing tensor", ["bench", "model.onnx", "--tensor", "no.npy"], 66, ["no.npy"]),
      .init("an open shape", ["bench", "open.onnx"], 65, ["open.onnx", "open"]),
      .init("a shape that does not fit", ["bench", "model.onnx", "--shape", "1x4x8x8"], 65, ["1×4×8×8"]),
      .init(
        "guided above no rectifier", ["bench", "m.onnx", "--method", "guided", "--shape", "1x3x64x64"], 64,
        ["overrides nothing"]
      ) { try $0.copy("architectures/efficientnet-b0.onnx", as: "m.onnx") },
    ]

  @Test("Bad arguments are refused", arguments: refused)
  func badArguments(_ refused: RefusedCase) async throws { try await refused.check() }

  private static let batch: @Sendable (Workspace) throws -> Void = { workspace in
    try workspace.write(
      NumPyArray(shape: [16, 3, 8, 8], values: .init(repeating: 0.5, count: 3_072)), to: "b.npy")
  }

  static let tooLarge: [RefusedCase] = [
    .init(
      "explain", ["explain", "open.onnx", "b.npy", "--memory-limit", "4kB", "-o", "o.npy"], 71,
      ["open.onnx", "memory limit of 4.0 kB", "no smaller batch fits either, one item takes"], batch),
    .init(
      "predict", ["predict", "open.onnx", "b.npy", "--memory-limit", "1kB"], 71,
      ["open.onnx", "memory limit of 1.0 kB", "fit"], batch),
    .init(
      "filters",
      ["filters", "open.onnx", "b.npy", "--layer", "0", "--memory-limit", "5000", "-o", "o.png"], 71,
      ["memory limit of 5.0 kB", "fit"], batch),
    .init(
      "bench", ["bench", "open.onnx", "--shape", "16x3x8x8", "--memory-limit", "4 kB"], 71,
      ["memory limit of 4.0 kB", "fit"]),
    .init(
      "one item", ["bench", "model.onnx", "--memory-limit", "1kB"], 71, ["memory limit of 1.0 kB"]),
  ]

  @Test(
    "What takes more than --memory-limit is refused with the number and what would fit", arguments: tooLarge)
  func memoryLimit(_ refused: RefusedCase) async throws { try await refused.check() }

  @Test("What takes less is done", arguments: ["2GB", "1GiB", "500 mb", "0.5GiB"])
  func enough(_ limit: String) async throws {
    try await Workspace.with { workspace in
      let result = try Command.run(
        ["explain", "model.onnx", "x.npy", "-o", "o.npy", "--memory-limit", limit], in: workspace)
      #expect(result.exitCode == 0, "\(result.errors)")
      #expect(workspace.names.contains("o.npy"))
    }
  }

  @Test("Under a limit on memory fewer samples run at once, with the same numbers")
  func memoryLimit() async throws {
    try await Workspace.with { workspace in
      let arguments = ["explain", "model.onnx", "x.npy", "--method", "smoothgrad:samples=9"]
      let free = try Command.run(arguments + ["-o", "free.npy"], in: workspace)
      #expect(free.exitCode == 0)
      let limits = stride(from: 5, through: 195, by: 10)
      let codes = try limits.map { limit in
        let limited = try Command.run(
          arguments + ["-o", "limited-\(limit).npy", "--memory-limit", "\(limit)kB"], in: workspace)
        if limited.exitCode == 0 {
          #expect(try workspace.contents(of: "limited-\(limit).npy") == workspace.contents(of: "free.npy"))
        }
        return limited.exitCode
      }
      // Refused up to some limit, done from there on.
      #expect(codes.first == 71 && codes.last == 0 && codes == codes.sorted(by: >), "\(codes)")
    }
  }
}
