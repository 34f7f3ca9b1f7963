import Foundation
import NumPyFormat
import Testing

/// The numbers that `explain` writes.
@Suite("Attributions from the command")
struct NumberTests {
  /// The attribution that a run writes.
  private func attribution(
    _ model: String, _ input: String, _ options: [String], in workspace: Workspace
  ) throws -> NumPyArray {
    let result = try Command.run(["explain", model, input, "-o", "out.npy"] + options, in: workspace)
    try #require(result.exitCode == 0, "\(result.errors)")
    #expect(result.errors.isEmpty)
    return try workspace.array("out.npy")
  }

  private static let modifiers: [(String, @Sendable (Float) -> Float)] = [
    ("absolute", { abs($0) }), ("negate", { -$0 }), ("relu", { max($0, 0) }), ("invert", { 1 / ($0 + 1e-7) }),
    ("small-values", { abs(1 / ($0 + 1e-7)) }),
  ]

  @Test("Each gradient modifier is its formula, applied to the gradient", arguments: modifiers)
  func modifier(name: String, formula: @Sendable (Float) -> Float) async throws {
    try await Workspace.with { workspace in
      func run(_ modifier: String) throws -> [Float] {
        try attribution("model.onnx", "x.npy", ["--gradient-modifier", modifier], in: workspace).values
      }
      let (gradient, modified) = (try run("none"), try run(name))
      #expect(gradient.contains { $0 < 0 } && gradient.contains { $0 > 0 })
      for (g, m) in zip(gradient, modified) {
        let expected = formula(g)
        #expect(abs(m - expected) <= 1e-5 * abs(expected), "\(name) of \(g) is \(m)")
      }
    }
  }

  @Test("The modifier is absolute unless told")
  func defaultModifier() async throws {
    try await Workspace.with { workspace in
      let absolute = try attribution(
        "model.onnx", "x.npy", ["--gradient-modifier", "absolute"], in: workspace)
      #expect(try attribution("model.onnx", "x.npy", [], in: workspace) == absolute)
    }
  }

  @Test(
    "Each name of a method gives what the method gives",
    arguments: [("rectified", ["deconvnet", "relu"]), ("guided", ["guided"]), ("gradient", ["gradient"])])
  func aliases(method: String, names: [String]) async throws {
    try await Workspace.with { workspace in
      try workspace.copy("architectures/resnet-basic.onnx", as: "resnet.onnx")
      try workspace.copy("architectures/resnet-basic.input.npy", as: "input.npy")
      let options = ["--gradient-modifier", "none", "--target", "8"]
      let expected = try NumPyArray(
        contentsOf: Workspace.fixtures + "/architectures/resnet-basic.\(method).npy")
      for name in [method] + names {
        let result = try attribution("resnet.onnx", "input.npy", options + ["--method", name], in: workspace)
        #expect(result.shape == expected.shape)
        let scale = expected.values.map(abs).max()!
        #expect(zip(result.values, expected.values).allSatisfy { abs($0 - $1) <= 1e-4 * scale })
      }
    }
  }

  @Test("A tensor without the axis of the batch keeps its shape")
  func itemShape() async throws {
    try await Workspace.with { workspace in
      var input = try workspace.array("x.npy")
      let whole = try attribution("model.onnx", "x.npy", [], in: workspace)
      input.shape = [3, 8, 8]
      try workspace.write(input, to: "item.npy")
      let item = try attribution("model.onnx", "item.npy", [], in: workspace)
      #expect(item.shape == [3, 8, 8] && item.values == whole.values)
    }
  }

  @Test("A map of one channel is written in its own shape")
  func mapShape() async throws {
    try await Workspace.with { workspace in
      var input = try workspace.array("x.npy")
      let whole = try attribution("model.onnx", "x.npy", ["--method", "grad-cam"], in: workspace)
      #expect(whole.shape == [1, 1, 8, 8])
      input.shape = [3, 8, 8]
      try workspace.write(input, to: "item.npy")
      let item = try attribution("model.onnx", "item.npy", ["--method", "grad-cam"], in: workspace)
      #expect(item.shape == whole.shape && item.values == whole.values)
    }
  }

  @Test("A batch gives what its items give alone", arguments: ["gradient", "guided", "rectified"])
  func batch(method: String) async throws {
    try await Workspace.with { workspace in
      let batch = array([3, 3, 9, 7])
      try workspace.write(batch, to: "batch.npy")
      let options = ["--method", method, "--gradient-modifier", "none"]
      let together = try attribution("open.onnx", "batch.npy", options, in: workspace)
      #expect(together.shape == [3, 3, 9, 7])
      for item in 0..<3 {
        let range = item * 189..<(item + 1) * 189
        try workspace.write(
          NumPyArray(shape: [1, 3, 9, 7], values: Array(batch.values[range])), to: "item.npy")
        let alone = try attribution("open.onnx", "item.npy", options, in: workspace)
        let scale = alone.values.map(abs).max()!
        #expect(scale > 0)
        #expect(zip(alone.values, together.values[range]).allSatisfy { abs($0 - $1) <= 1e-5 * scale })
      }
    }
  }

  @Test("A layer is the same by name, by index and from the end")
  func layers() async throws {
    try await Workspace.with { workspace in
      func run(_ options: String...) throws -> NumPyArray {
        try attribution("model.onnx", "x.npy", ["--target", "2"] + options, in: workspace)
      }
      let byName = try run("--layer", "relu-r")
      #expect(try run("--layer", "1") == byName)
      #expect(try run("--layer", "-5") == byName)
      #expect(try run("--layer=-5") == byName)
      #expect(try run() != byName)
    }
  }

  @Test("The last layer is the output, of which the score is explained unless the probability is asked for")
  func lastLayer() async throws {
    try await Workspace.with { workspace in
      func run(_ options: String...) throws -> NumPyArray {
        try attribution("model.onnx", "x.npy", ["--target", "2"] + options, in: workspace)
      }
      let (score, probability) = (try run("--on", "score"), try run("--on", "probability"))
      #expect(try run() == score && score != probability)
      #expect(try run("--layer", "-1") == score)
      #expect(try run("--layer", "-1", "--on", "probability") == probability)
      #expect(try run("--layer", "-2") == score)
    }
  }

  @Test("Several targets are their sum")
  func severalTargets() async throws {
    try await Workspace.with { workspace in
      func run(_ target: String) throws -> [Float] {
        let options = ["--labels", "labels.txt", "--gradient-modifier", "none", "--target", target]
        return try attribution("model.onnx", "x.npy", options, in: workspace).values
      }
      let (first, second, both) = (try run("1"), try run("Hammerhead"), try run("goldfish,3"))
      let scale = both.map(abs).max()!
      #expect(scale > 0)
      #expect(zip(both, zip(first, second)).allSatisfy { abs($0 - ($1.0 + $1.1)) <= 1e-5 * scale })
    }
  }

  @Test("The same run gives the same bytes, on one thread or two")
  func reproducible() async throws {
    try await Workspace.with { workspace in
      let first = try attribution("model.onnx", "x.npy", ["--threads", "1"], in: workspace)
      #expect(try attribution("model.onnx", "x.npy", ["--threads", "1"], in: workspace) == first)
      #expect(try attribution("model.onnx", "x.npy", ["--threads", "2"], in: workspace).shape == first.shape)
    }
  }
}
