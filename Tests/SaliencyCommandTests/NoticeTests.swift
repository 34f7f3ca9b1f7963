import Foundation
import NumPyFormat
import SaliencyTestSupport
import Testing

/// What commands say beside their results, once for all inputs.
@Suite("Guesses and misunderstandings are announced")
struct NoticeTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let arguments: [String]
    /// What one line of standard error begins with, and what it says.
    let words: [String]
    var testDescription: String { arguments.joined(separator: " ") }

    init(_ arguments: String, _ words: String...) {
      self.arguments = arguments.split(separator: " ").map(String.init)
      self.words = words
    }
  }

  private static func check(_ announced: Case) async throws {
    try await Workspace.with { workspace in
      try workspace.write(Data(PNG.image(width: 9, height: 9)), to: "other.png")
      let result = try Command.run(announced.arguments, in: workspace)
      #expect(result.exitCode == 0, "\(result.errors)")
      let lines = result.errors.split(separator: "\n").filter { $0.hasPrefix(announced.words[0]) }
      #expect(lines.count == 1, "\(result.errors)")
      for word in announced.words { #expect(lines.first?.contains(word) == true, "\(result.errors)") }
    }
  }

  static let guesses: [Case] = [
    Case("predict model.onnx photo.png other.png", "warning: model.onnx: nothing says", "--mean"),
    Case("explain model.onnx photo.png other.png", "warning: model.onnx: nothing says", "--mean"),
    Case("filters model.onnx photo.png other.png --layer conv-c", "warning: model.onnx: nothing says"),
    Case("evaluate model.onnx photo.png other.png --metric complexity", "warning: model.onnx: nothing says"),
    Case("maximize model.onnx --layer conv-c --steps 1 -o m.png", "warning: model.onnx: nothing says"),
    Case(
      "export model.onnx -o e.onnx --check photo.png", "warning: model.onnx: nothing says",
      "give a file model.onnx.saliency.json"),
    Case("export model.onnx -o e.onnx", "warning: model.onnx: nothing says"),
    Case("export model.onnx -o e.onnx --network-only", "warning: model.onnx: nothing says"),
  ]

  @Test("A guess about images is told once by every command that prepares them", arguments: guesses)
  func guess(_ announced: Case) async throws { try await Self.check(announced) }

  @Test("A softmax that labels let assume is told, in words and in JSON")
  func assumedSoftmax() async throws {
    try await Workspace.with { workspace in
      var made = MadeModel()
      made.input("x", [1, 2])
      made.weight("w", [2, 2], [1, 2, 3, 4])
      made.node("MatMul", ["x", "w"], ["y"])
      made.output("y")
      try workspace.write(Data(made.file), to: "scores.onnx")
      try workspace.write(NumPyArray(shape: [1, 2], values: [1, -1]), to: "pair.npy")
      try workspace.write("left\nright\n", to: "sides.txt")
      for (options, isTold, isAdded) in [
        (["--labels", "sides.txt"], true, true), ([], false, false),
        (["--labels", "sides.txt", "--no-softmax"], false, false), (["--softmax"], false, true),
      ] {
        let result = try Command.run(
          ["predict", "scores.onnx", "pair.npy", "--json"] + options, in: workspace)
        #expect(result.exitCode == 0)
        #expect(result.errors.contains("note: scores.onnx: the network ends without a softmax") == isTold)
        let report = try #require(
          try JSONSerialization.jsonObject(with: result.output) as? [String: Any])
        #expect(report["activation_added"] as? Bool == isAdded)
        #expect(report["final_activation"] as? String == (isAdded ? "Softmax" : nil))
      }
    }
  }

  @Test("What is said of scale alone is no guess", arguments: ["predict", "explain", "evaluate"])
  func said(command: String) async throws {
    try await Workspace.with { workspace in
      let options = command == "evaluate" ? ["--metric", "complexity"] : []
      let result = try Command.run(
        [command, "model.onnx", "photo.png", "--scale", "1", "--json"] + options, in: workspace)
      #expect(result.exitCode == 0 && !result.errors.contains("warning"), "\(result.errors)")
    }
  }

  static let labels: [RefusedCase] = [
    "predict model.onnx x.npy", "explain model.onnx x.npy -o o.npy",
    "explain model.onnx x.npy -o o.npy --target 2",
    "evaluate model.onnx x.npy --metric complexity", "maximize model.onnx --target 1 --steps 1 -o m.npy",
    "export model.onnx -o e.onnx",
  ].flatMap { line in
    [
      ("short.txt", ["short.txt", "4 names", "5 classes", "{index: name}"]),
      ("long.txt", ["long.txt", "6 names", "5 classes", "'background' would name class 0"]),
      ("beyond.json", ["beyond.json", "name class 5", "5 classes"]),
    ].map { (file: String, words: [String]) in
      RefusedCase(
        "\(line) --labels \(file)", (line + " --labels " + file).split(separator: " ").map(String.init), 64,
        words
      ) {
        try $0.write("tench\ngoldfish\n\nhammerhead\n", to: "short.txt")
        try $0.write("background\ntench\ngoldfish\nshark\nhammerhead\nray\n", to: "long.txt")
        try $0.write(#"{"0": "tench", "5": "ray"}"#, to: "beyond.json")
      }
    }
  }

  @Test("Fewer and more names than classes are refused", arguments: labels)
  func names(_ refused: RefusedCase) async throws { try await refused.check() }

  @Test("Labels that fit, and those of units that they do not name, are not remarked on")
  func quiet() async throws {
    try await Workspace.with { workspace in
      try workspace.write("tench\ngoldfish\n", to: "short.txt")
      try workspace.write(#"{"1": "goldfish"}"#, to: "one.json")
      for options in [
        ["--labels", "labels.txt"], ["--labels", "one.json"], ["--layer", "conv-c", "--labels", "short.txt"],
      ] {
        let result = try Command.run(
          ["explain", "model.onnx", "x.npy", "-o", "o.npy"] + options, in: workspace)
        #expect(result.exitCode == 0 && result.errors.isEmpty, "\(result.errors)")
      }
    }
  }

  static let layers: [Case] = [
    Case(
      "explain model.onnx x.npy --method GradCAM --layer relu-r --target 1 -o o.npy",
      "note: --layer 'relu-r' asks about a filter",
      "--method grad-cam:layer=relu-r"),
    Case(
      "explain model.onnx x.npy --compare gradient,layer-cam --layer relu-r -o o.png",
      "note: --layer 'relu-r'",
      "--method layer-cam:layer=relu-r"),
    Case(
      "evaluate model.onnx x.npy --method grad-cam --layer relu-r --metric complexity",
      "note: --layer 'relu-r'",
      "--method grad-cam:layer=relu-r"),
  ]

  @Test("A layer beside a method of the CAM family is explained", arguments: layers)
  func layer(_ announced: Case) async throws { try await Self.check(announced) }
}
