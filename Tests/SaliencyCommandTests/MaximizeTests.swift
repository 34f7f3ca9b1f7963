import Foundation
import NumPyFormat
import Testing

@Suite("saliency maximize")
struct MaximizeTests {
  private static let quick = ["--steps", "12", "--scale", "1/255", "--mean", "0", "--std", "1"]

  private static func report(_ data: Data) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
  }

  @Test("An image, the input and the report are written, and the class rises")
  func outputs() async throws {
    try await Workspace.with { workspace in
      let result = try Command.run(
        ["maximize", "model.onnx", "--target", "shark", "--labels", "labels.txt"] + Self.quick
          + ["--total-variation", "0.001", "--norm", "0.01"]
          + ["-o", "{name}-shark.png", "-o", "out.npy", "-o", "out.json", "--animation", "way.webp"],
        in: workspace)
      #expect(result.exitCode == 0, "\(result.errors)")
      for word in ["shark (2)", "12 steps", "total variation", "L2 norm", "wrote      model-shark.png"] {
        #expect(result.outputText.contains(word), "\(result.outputText)")
      }
      #expect(result.errors.contains("wrote      way.webp (13 frames)"), "\(result.errors)")
      #expect(try workspace.contents(of: "model-shark.png").starts(with: [0x89, 0x50]))
      let array = try workspace.array("out.npy")
      #expect(array.shape == [1, 3, 8, 8] && array.values.allSatisfy { 0...1 ~= $0 })
      let report = try Self.report(try workspace.contents(of: "out.json"))
      let activations = try #require(report["activations"] as? [Double])
      let activation = try #require(report["activation"] as? Double)
      #expect(activations.count == 12 && activation > activations[0])
      let units = try #require(report["units"] as? [[String: Any]])
      #expect(units.count == 1 && units[0]["name"] as? String == "shark")
      #expect(try abs(#require(units[0]["score"] as? Double) - activation) < 1e-5)
      #expect((report["regularizers"] as? [[String: Any]])?.count == 2)
    }
  }

  @Test("The former spellings of the command, its options and their values still work")
  func formerSpellings() async throws {
    try await Workspace.with { workspace in
      for (command, options) in [
        ("maximise", ["--optimiser", "rmsprop", "--parameterisation", "pixels"] + Self.quick),
        ("explain", ["--photograph", "grey"]), ("explain", ["--photograph", "colour"]),
        ("explain", ["--colormap", "grey"]),
      ] {
        let inputs = command == "explain" ? ["photo.png"] : []
        let result = try Command.run(
          [command, "model.onnx"] + inputs + ["--target", "1", "-o", "a.png"] + options, in: workspace)
        #expect(result.exitCode == 0, "\(options): \(result.errors)")
      }
    }
  }

  @Test(
    "Every optimizer, parameterization and start runs, and the same seed gives the same bytes",
    arguments: [
      ["--optimizer", "rmsprop", "--parameterization", "pixels", "--blur", "0.5"],
      [
        "--optimizer", "gradient", "--learning-rate", "0.05", "--jitter", "0", "--zoom", "0", "--rotation",
        "0",
      ],
      ["--from", "photo.png", "--octaves", "3", "--octave-scale", "1.2"], ["--from", "x.npy", "--seed", "3"],
    ])
  func variants(_ options: [String]) async throws {
    try await Workspace.with { workspace in
      for name in ["a.png", "b.png"] {
        let result = try Command.run(
          ["maximize", "model.onnx", "--target", "1"] + Self.quick + options + ["-o", name], in: workspace)
        #expect(result.exitCode == 0, "\(result.errors)")
      }
      #expect(try workspace.contents(of: "a.png") == workspace.contents(of: "b.png"))
    }
  }

  @Test("Filters of a layer, a layer as a whole and losses can be maximized")
  func questions() async throws {
    try await Workspace.with { workspace in
      let cases: [([String], String)] = [
        (["--layer", "0", "--target", "0"], "conv"), (["--layer", "0"], "mean square of 0"),
        (["--loss", "output:1:0.5", "--loss", "output:2:-1"], "output:2"),
      ]
      for (question, name) in cases {
        let result = try Command.run(
          ["maximize", "model.onnx", "--json"] + Self.quick + question, in: workspace)
        #expect(result.exitCode == 0, "\(result.errors)")
        let report = try Self.report(result.output)
        #expect(try #require(report["maximized"] as? String).contains(name))
        let activations = try #require(report["activations"] as? [Double])
        #expect(try #require(report["activation"] as? Double) > activations[0])
      }
    }
  }

  @Test("An input that is no image is written as numbers")
  func tensors() async throws {
    try await Workspace.with { workspace in
      try workspace.copy("questions/weights-2.onnx", as: "line.onnx")
      let result = try Command.run(
        [
          "maximize", "line.onnx", "--target", "0,1,2,3", "--shape", "1x4", "--norm", "0.25", "--steps",
          "800",
        ]
          + ["-o", "best.npy"], in: workspace)
      #expect(result.exitCode == 0, "\(result.errors)")
      for (value, expected) in zip(try workspace.array("best.npy").values, [2, -4, 0, 1] as [Float]) {
        #expect(abs(value - expected) < 1e-2)
      }
    }
  }

  private static let prepared = ["maximize", "model.onnx", "-o", "a.png"] + quick

  static let refusals: [RefusedCase] = [
    RefusedCase(
      "nothing to maximize", ["maximize", "model.onnx", "-o", "a.png"], 64, ["--target", "--layer", "--loss"]),
    RefusedCase("nowhere to write", ["maximize", "model.onnx", "--target", "1"], 64, ["--output"]),
    RefusedCase(
      "a filter out of range", prepared + ["--target", "99"], 64,
      ["99", "from 0 to 4"]),
    RefusedCase(
      "a layer that does not exist", prepared + ["--layer", "conv77"], 64,
      ["conv77"]),
    RefusedCase(
      "an unknown optimizer",
      ["maximize", "model.onnx", "--target", "1", "--optimizer", "sgd", "-o", "a.png"], 64,
      ["sgd", "adam"]),
    RefusedCase(
      "no steps", ["maximize", "model.onnx", "--target", "1", "--steps", "0", "-o", "a.png"], 64,
      ["--steps", "1"]),
    RefusedCase(
      "a learning rate that is no number",
      ["maximize", "model.onnx", "--target", "1", "--learning-rate", "nan", "-o", "a.png"], 64,
      ["--learning-rate"]),
    RefusedCase(
      "an image that is missing",
      prepared + ["--target", "1", "--from", "no.png"], 66,
      ["no.png"]),
    RefusedCase(
      "a seed of another shape",
      prepared + ["--target", "1", "--from", "s.npy"], 65, ["2×2", "1×3×8×8"]
    ) { try $0.write(NumPyArray(shape: [2, 2], values: [0, 0, 0, 0]), to: "s.npy") },
    RefusedCase(
      "a result over the model",
      [
        "maximize", "model.onnx", "--target", "1", "--animation", "photo.png", "--from",
        "photo.png", "-o", "a.png",
      ], 64, ["photo.png", "written over"]),
    RefusedCase(
      "an image of what is none",
      ["maximize", "line.onnx", "--target", "1", "--shape", "1x4", "-o", "a.png"], 65,
      ["line.onnx", "image"]
    ) { try $0.copy("questions/weights-2.onnx", as: "line.onnx") },
    RefusedCase(
      "waves of what is no image",
      [
        "maximize", "line.onnx", "--target", "1", "--shape", "1x4", "--parameterization", "fourier", "-o",
        "a.npy",
      ], 64,
      ["line.onnx", "Fourier"]
    ) { try $0.copy("questions/weights-2.onnx", as: "line.onnx") },
  ]

  @Test("What cannot be done is refused in one line, and nothing is written", arguments: refusals)
  func refused(_ row: RefusedCase) async throws { try await row.check() }
}
