import Foundation
import NumPyFormat
import SaliencyTestSupport
import Testing

/// What the commands print, and the files that they write.
@Suite("Reports and images")
struct ReportTests {
  private func json(_ data: Data) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
  }

  /// The JSON that a run prints.
  private func json(_ arguments: [String], exitCode: Int32 = 0, in workspace: Workspace) throws -> [String:
    Any]
  {
    let result = try Command.run(arguments, in: workspace)
    try #require(result.exitCode == exitCode, "\(result.errors)")
    return try json(result.output)
  }

  @Test("explain --json says what was explained and how")
  func explanation() async throws {
    try await Workspace.with { workspace in
      let report = try json(
        [
          "explain", "model.onnx", "x.npy", "--json", "--labels", "labels.txt", "--target", "shark",
          "--method", "guided",
          "-o", "{name}-out.npy", "-o", "out.png",
        ], in: workspace)
      #expect(report["model"] as? String == "model.onnx")
      let digest = try Command.runShell("sha256sum <model.onnx", in: workspace).outputText.prefix(64)
      #expect(report["digest"] as? String == String(digest))
      #expect(report["input"] as? String == "x.npy")
      #expect(report["input_shape"] as? [Int] == [1, 3, 8, 8])
      let target = report["target"] as? [String: Any]
      #expect(target?["index"] as? Int == 2 && target?["name"] as? String == "shark")
      #expect(report["requested_target"] as? String == "shark")
      let probability = try #require(report["probability"] as? Double)
      #expect(0..<1 ~= probability && report["score"] is Double)
      #expect(report["final_activation"] as? String == "Softmax")
      #expect(report["activation_added"] as? Bool == false)
      #expect(report["explained"] as? String == "score")
      #expect(report["method"] as? String == "guided")
      #expect(report["gradient_modifier"] as? String == "absolute")
      #expect(report["precision"] as? String == "fp32")
      #expect(report["overridden_nodes"] as? [String] == ["relu-r"])
      #expect(report["preprocessing"] == nil)
      let timings = try #require(report["timings_milliseconds"] as? [String: Double])
      #expect(timings.keys.contains("compile") && timings.keys.contains("run"))
      #expect(timings.values.allSatisfy { $0 >= 0 })
      let outputs = report["outputs"] as? [[String: String]]
      #expect(outputs?.map { $0["path"] } == ["x-out.npy", "out.png"])
      #expect(outputs?.map { $0["form"] } == ["npy", "png"])
      #expect(workspace.names.isSuperset(of: ["x-out.npy", "out.png"]))
    }
  }

  @Test("Relevance is told beside the score")
  func conservation() async throws {
    try await Workspace.with { workspace in
      let arguments = ["explain", "model.onnx", "x.npy", "-o", "out.npy", "--method"]
      let report = try json(arguments + ["lrp", "--json"], in: workspace)
      let conservation = try #require((report["conservation"] as? [[String: Double]])?.first)
      let (explained, attributed) = (conservation["explained"]!, conservation["attributed"]!)
      #expect(abs(explained - (report["score"] as! Double)) < 1e-6)
      #expect(abs(conservation["error"]! - abs(attributed / explained - 1)) < 1e-6)
      #expect(
        try Command.run(arguments + ["lrp"], in: workspace).outputText.contains("\nconserved  relevance "))
      #expect(try json(arguments + ["gradient", "--json"], in: workspace)["conservation"] as? [Double] == [])
    }
  }

  @Test("The preprocessing is reported with the origin of each value")
  func preprocessing() async throws {
    try await Workspace.with { workspace in
      try workspace.write(#"{"mean": 0.5, "crop": "none"}"#, to: "model.onnx.saliency.json")
      try workspace.write(
        #"{"image_std": [0.25, 0.5, 1], "image_mean": [9, 9, 9]}"#, to: "preprocessor_config.json")
      let arguments = ["explain", "model.onnx", "photo.png", "--json", "--scale", "1/255"]
      let report = try json(arguments, in: workspace)
      let values = try #require(report["preprocessing"] as? [String: [String: Any]])
      #expect(values["scale"]?["origin"] as? String == "command line")
      #expect(values["mean"]?["origin"] as? String == "model.onnx.saliency.json")
      #expect(values["mean"]?["value"] as? [Double] == [0.5])
      #expect(values["crop"]?["value"] as? String == "none")
      #expect(values["std"]?["origin"] as? String == "preprocessor_config.json")
      #expect(values["std"]?["value"] as? [Double] == [0.25, 0.5, 1])
      #expect(values["size"]?["value"] as? [Int] == [8, 8])
      #expect(values["resize"]?["origin"] as? String == "guess from the shape")
    }
  }

  @Test("A guess about images is a warning, and no error")
  func warning() async throws {
    try await Workspace.with { workspace in
      let arguments = ["explain", "model.onnx", "photo.png", "photo.png", "-o", "{name}.npy"]
      let result = try Command.run(arguments.filter { $0 != "photo.png" } + ["photo.png"], in: workspace)
      #expect(result.exitCode == 0)
      #expect(result.errors.hasPrefix("warning: model.onnx: ") && result.errors.contains("--mean"))
      #expect(result.errors.split(separator: "\n").count == 1)
      let told = try Command.run(
        ["predict", "model.onnx", "photo.png", "--mean", "0", "--std", "1", "--scale", "1/255"], in: workspace
      )
      #expect(told.exitCode == 0 && told.errors.isEmpty, "\(told.errors)")
    }
  }

  @Test("Several inputs are one object with a result each")
  func severalInputs() async throws {
    try await Workspace.with { workspace in
      let arguments = ["explain", "model.onnx", "x.npy", "photo.png", "--json", "-o", "{name}.out.npy"]
      let results = try json(arguments, in: workspace)["results"] as? [[String: Any]]
      #expect(results?.map { $0["input"] as? String } == ["x.npy", "photo.png"])
      #expect(workspace.names.isSuperset(of: ["x.out.npy", "photo.out.npy"]))
    }
  }

  @Test("Where some inputs fail, the others are written and reported", arguments: [["--json"], []])
  func someFail(options: [String]) async throws {
    try await Workspace.with { workspace in
      try workspace.write("", to: "bad.npy")
      let inputs = ["x.npy", "bad.npy", "no.png", "photo.png"]
      let result = try Command.run(
        ["explain", "model.onnx"] + inputs + ["-o", "{name}.out.npy"] + options, in: workspace)
      #expect(result.exitCode == 1)
      let errors = result.errors.split(separator: "\n").filter { $0.hasPrefix("error: ") }
      #expect(errors.count == 3)
      #expect(errors[0].contains("bad.npy") && errors[1].contains("no.png"))
      #expect(errors[2] == "error: 2 of 4 inputs failed")
      #expect(Set(workspace.names.filter { $0.hasSuffix(".out.npy") }) == ["x.out.npy", "photo.out.npy"])
      guard !options.isEmpty else { return }
      let report = try json(result.output)
      let results = report["results"] as? [[String: Any]]
      #expect(results?.map { $0["input"] as? String } == ["x.npy", "photo.png"])
      let failures = report["failures"] as? [[String: String]]
      #expect(failures?.map { $0["input"] } == ["bad.npy", "no.png"])
      #expect(failures?.allSatisfy { $0["error"]?.isEmpty == false } == true)
    }
  }

  @Test("A fault of the question ends the run at once, however many inputs there are")
  func questionFails() async throws {
    try await Workspace.with { workspace in
      let result = try Command.run(
        ["explain", "model.onnx", "x.npy", "photo.png", "--layer", "no", "-o", "{name}.out.npy"],
        in: workspace)
      #expect(result.exitCode == 64 && result.errors.split(separator: "\n").count == 1, "\(result.errors)")
    }
  }

  @Test(
    "The ending of an output decides its form",
    arguments: [
      (".png", [0x89, 0x50, 0x4E, 0x47]), (".jpg", [0xFF, 0xD8, 0xFF]), (".webp", Array("RIFF".utf8)),
      (".npy", [0x93, 0x4E]), (".json", Array("{".utf8)), (".PNG", [0x89, 0x50]),
    ] as [(String, [UInt8])])
  func forms(ending: String, start: [UInt8]) async throws {
    try await Workspace.with { workspace in
      let file = try Command.run(["explain", "model.onnx", "photo.png", "-o", "out\(ending)"], in: workspace)
      #expect(file.exitCode == 0, "\(file.errors)")
      #expect(try workspace.contents(of: "out\(ending)").starts(with: start))
      let stream = try Command.run(["explain", "model.onnx", "photo.png", "-o", "-\(ending)"], in: workspace)
      #expect(stream.exitCode == 0 && stream.output.starts(with: start))
      // All but the report are the same bytes; that one tells the time.
      if ending != ".json" {
        let file = try workspace.contents(of: "out\(ending)")
        #expect(stream.output == file)
      }
      #expect(stream.errors.contains("explained"))
    }
  }

  @Test("Standard output takes a figure, and a figure is written where nothing is told")
  func defaults() async throws {
    try await Workspace.with { workspace in
      let stream = try Command.run(["explain", "model.onnx", "photo.png", "-o", "-"], in: workspace)
      #expect(stream.output.starts(with: [0x89, 0x50, 0x4E, 0x47]))
      let file = try Command.run(["explain", "model.onnx", "photo.png", "--method", "guided"], in: workspace)
      #expect(file.outputText.contains("wrote      photo-guided.png"))
      #expect(try workspace.contents(of: "photo-guided.png").count > 1_000)
    }
  }

  @Test(
    "Styles and color maps are drawn",
    arguments: ["figure", "overlay", "heatmap"],
    ["inferno", "viridis", "magma", "plasma", "turbo", "jet", "gray", "blue-white-red", "white-red"])
  func styles(style: String, colors: String) async throws {
    try await Workspace.with { workspace in
      let result = try Command.run(
        ["explain", "model.onnx", "photo.png", "-o", "a.png", "--style", style, "--colormap", colors],
        in: workspace)
      #expect(result.exitCode == 0, "\(result.errors)")
      #expect(try workspace.contents(of: "a.png").count > 60)
    }
  }

  @Test("predict lists the best classes")
  func predictions() async throws {
    try await Workspace.with { workspace in
      let arguments = ["predict", "model.onnx", "x.npy", "--labels", "labels.txt", "--top", "3"]
      let text = try Command.run(arguments, in: workspace)
      #expect(text.exitCode == 0 && text.outputText.split(separator: "\n").count == 3)
      let report = try json(arguments + ["--json"], in: workspace)
      let items = try #require(report["predictions"] as? [[[String: Any]]])
      let probabilities = items[0].compactMap { $0["probability"] as? Double }
      #expect(items.count == 1 && probabilities.count == 3)
      #expect(probabilities == probabilities.sorted(by: >))
      #expect(items[0].allSatisfy { $0["name"] is String && $0["score"] is Double })
      let all = try json(["predict", "model.onnx", "x.npy", "--top", "99", "--json"], in: workspace)
      let units = try #require(all["predictions"] as? [[[String: Any]]])[0]
      #expect(abs(units.compactMap { $0["probability"] as? Double }.reduce(0, +) - 1) < 1e-5)
    }
  }

  @Test("inspect lists inputs, outputs and layers")
  func inspection() async throws {
    try await Workspace.with { workspace in
      let report = try json(["inspect", "model.onnx", "--json"], in: workspace)
      let layers = try #require(report["layers"] as? [[String: Any]])
      #expect(layers.map { $0["index"] as? Int } == [0, 1, 2, 3, 4, 5])
      #expect(layers[1]["name"] as? String == "relu-r" && layers[1]["operator"] as? String == "Relu")
      #expect(layers[5]["shape"] as? [Int] == [1, 5])
      #expect(layers.compactMap { $0["map"] as? String }.last == "8×8")
      let mapLayer = try #require(report["map_layer"] as? String)
      #expect(layers.last { $0["map"] is String }?["name"] as? String == mapLayer)
      let text = try Command.run(["inspect", "model.onnx"], in: workspace).outputText
      for word in ["x  1×3×8×8", "y  1×5", "relu-r", "GlobalAveragePool", "layer '\(mapLayer)' unless"] {
        #expect(text.contains(word))
      }
    }
  }

  @Test("inspect takes the shape that a model leaves open")
  func openShape() async throws {
    try await Workspace.with { workspace in
      let text = try Command.run(["inspect", "open.onnx"], in: workspace)
      #expect(text.exitCode == 0 && text.outputText.contains("--shape"))
      let report = try json(["inspect", "open.onnx", "--shape", "2x3x9x7", "--json"], in: workspace)
      let layers = try #require(report["layers"] as? [[String: Any]])
      #expect((layers[0]["shape"] as? [Int])?.first == 2)
    }
  }

  @Test("inspect names every node that is not supported, and succeeds")
  func unsupported() async throws {
    try await Workspace.with { workspace in
      try workspace.copy("importer/unknown-operators.onnx", as: "odd.onnx")
      let text = try Command.run(["inspect", "odd.onnx"], in: workspace)
      #expect(text.exitCode == 0)
      for node in ["alpha", "beta", "gamma"] { #expect(text.outputText.contains(node)) }
      let report = try json(["inspect", "odd.onnx", "--json"], in: workspace)
      let nodes = report["unsupported"] as? [[String: String]]
      #expect(nodes?.map { $0["node"] } == ["alpha", "beta", "gamma"])
    }
  }

  @Test("inspect lists all layers and marks those that cannot be computed, and why")
  func blocked() async throws {
    try await Workspace.with { workspace in
      var model = MadeModel()
      model.input("x", [1, 4])
      model.node("Relu", ["x"], ["a"])
      model.node("Foo", ["a"], ["b"], domain: "org")
      model.node("NonZero", ["a"], ["c"])
      model.node("Neg", ["b"], ["d"])
      model.node("Tanh", ["a"], ["e"])
      for output in ["c", "d", "e"] { model.output(output) }
      try workspace.write(Data(model.file), to: "part.onnx")
      let report = try json(["inspect", "part.onnx", "--json"], in: workspace)
      func texts(_ list: String, _ key: String) -> [String?] {
        (report[list] as? [[String: Any]] ?? []).map { entry in entry[key].map { "\($0)" } }
      }
      #expect(texts("layers", "name") == ["a", "b", "c", "d", "e"])
      #expect(texts("layers", "index") == ["0", nil, nil, nil, "1"])
      let obstacles = texts("layers", "obstacle")
      #expect(obstacles[0] == nil && obstacles[1] == "the operator is not supported")
      #expect(obstacles[2]?.contains("depends on the input") == true)
      #expect(obstacles[3] == "depends on 'b'" && obstacles[4] == nil)
      #expect(texts("outputs", "obstacle").map { $0 == nil } == [false, false, true])
      let text = try Command.run(["inspect", "part.onnx"], in: workspace).outputText
      for words in ["(5, of which 3 cannot be computed", "d: depends on 'b'", "output  d  cannot be"] {
        #expect(text.contains(words), "\(text)")
      }
      try workspace.write(NumPyArray(shape: [1, 4], values: [1, 2, 3, 4]), to: "part.npy")
      let refused = try Command.run(
        ["explain", "part.onnx", "part.npy", "--output-name", "d"], in: workspace)
      #expect(refused.exitCode == 69)
      #expect(
        refused.errors.contains("part.onnx: output 'd' cannot be computed: an operator is not supported: "))
      let asked = try Command.run(
        ["explain", "part.onnx", "part.npy", "--layer", "a", "--output", "map.npy"], in: workspace)
      #expect(asked.exitCode == 0, "\(asked.errors)")
    }
  }

  @Test("inspect names the types of inputs, and the embedding whose rows one picks")
  func integerInputs() async throws {
    try await Workspace.with { workspace in
      var model = MadeModel()
      model.input("ids", [1, nil], .int64)
      model.input("mask", [1, nil], .int32)
      model.weight("table", [5, 2], (0..<10).map(Float.init))
      model.node("Gather", ["table", "ids"], ["rows"])
      model.node("Cast", ["mask"], ["floats"], ["to": .integer(1)])
      model.node("MatMul", ["floats", "rows"], ["y"])
      model.output("y")
      try workspace.write(Data(model.file), to: "tokens.onnx")
      try workspace.write(NumPyArray(shape: [1, 3], values: [1, 1, 0]), to: "mask.npy")
      for arguments in [[], ["--input", "ids", "--given", "mask=mask.npy", "--shape", "1x3"]] {
        let report = try json(["inspect", "tokens.onnx", "--json"] + arguments, in: workspace)
        let inputs = try #require(report["inputs"] as? [[String: Any]])
        #expect(inputs[0]["type"] as? String == "int64" && inputs[0]["embedding"] as? String == "rows")
        #expect(inputs[1]["type"] as? String == "int32" && inputs[1]["embedding"] == nil)
        let text = try Command.run(["inspect", "tokens.onnx"] + arguments, in: workspace).outputText
        #expect(text.contains("ids  1×?  int64") && text.contains("picks rows of the embedding 'rows'"))
      }
    }
  }

  @Test(
    "The labels may come in each of their forms",
    arguments: [
      "tench\ngoldfish\nshark\nray\neel\n", "\u{FEFF}tench\r\ngoldfish\r\nshark\r\nray\r\neel\r\n",
      #"["tench", "goldfish", "shark", "ray", "eel"]"#,
      #"{"0": "tench", "1": "goldfish", "2": "shark"}"#, #"{"tench": 0, "goldfish": 1, "shark": 2}"#,
      #"{"0": ["n1", "tench"], "1": ["n2", "goldfish"], "2": ["n3", "shark"]}"#,
    ])
  func labels(text: String) async throws {
    try await Workspace.with { workspace in
      try workspace.write(text, to: "names")
      for (index, name) in ["tench", "goldfish", "shark"].enumerated() {
        let report = try json(
          ["explain", "model.onnx", "x.npy", "--labels", "names", "--target", name, "--json"], in: workspace)
        #expect((report["target"] as? [String: Any])?["index"] as? Int == index)
      }
    }
  }

  @Test(
    "Help, the version and completions are printed",
    arguments: [
      (["--help"], "explain"), (["explain", "--help"], "--gradient-modifier"),
      (["predict", "--help"], "--top"),
      (["inspect", "--help"], "--shape"), (["help", "explain"], "--target"), ([], "USAGE"),
      (["--version"], "0."),
      (["--generate-completion-script", "bash"], "complete"),
      (["--generate-completion-script", "zsh"], "#compdef"),
      (["--generate-completion-script", "fish"], "complete"),
    ])
  func help(arguments: [String], word: String) async throws {
    try await Workspace.with { workspace in
      let result = try Command.run(arguments, in: workspace)
      #expect(result.exitCode == 0 && result.errors.isEmpty)
      #expect(result.outputText.contains(word))
    }
  }
}
