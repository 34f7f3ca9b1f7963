import Foundation
import Testing

/// Questions, settings and outputs that make no sense.
@Suite("Bad arguments are refused")
struct BadArgumentTests {
  private static func explain(_ options: String...) -> [String] {
    ["explain", "model.onnx", "x.npy", "-o", "out.npy"] + options
  }

  private static func output(_ outputs: String...) -> [String] {
    ["explain", "model.onnx", "x.npy"] + outputs.flatMap { ["-o", $0] }
  }

  static let targets: [RefusedCase] = [
    .init("a target beyond the last", explain("--target", "5"), 64, ["model.onnx", "unit 5", "0 to 4"]),
    .init("a target before the first", explain("--target=-6"), 64, ["unit -6", "0 to 4"]),
    .init("an empty target", explain("--target", ""), 64, ["target"]),
    .init("an empty part of a target", explain("--target", "1,,2"), 64, ["'1,,2'", "empty part"]),
    .init("a comma at the end of a target", explain("--target", "1,"), 64, ["empty part"]),
    .init("top:0", explain("--target", "top:0"), 64, ["'top:0'", "from 1"]),
    .init("top:many", explain("--target", "top:many"), 64, ["'top:many'"]),
    .init("top of more than there are", explain("--target", "top:6"), 64, ["top:6", "5"]),
    .init("a class without labels", explain("--target", "shark"), 64, ["'shark'", "--labels"]),
    .init(
      "an unknown class", explain("--target", "gold fsh", "--labels", "labels.txt"), 64,
      ["labels.txt", "'gold fsh'", "'goldfish'"]),
    .init(
      "a name of two classes", explain("--target", "ray", "--labels", "two.txt"), 64,
      ["several classes", "1, 3"]
    ) {
      try $0.write("tench\nray\nshark\nray\neel\n", to: "two.txt")
    },
    .init(
      "a class beyond the last", explain("--target", "eel", "--labels", "six.txt"), 64,
      ["six.txt", "6 names", "5 classes"]
    ) {
      try $0.write("a\nb\nc\nd\ne\neel\n", to: "six.txt")
    },
    .init("an unknown layer", explain("--layer", "conv-d"), 64, ["model.onnx", "'conv-d'", "'conv-c'"]),
    .init("a layer like no other", explain("--layer", "zzzzzzzzzz"), 64, ["'zzzzzzzzzz'", "inspect"]),
    .init("an empty layer", explain("--layer", ""), 64, ["layer ''"]),
    .init("a layer beyond the last", explain("--layer", "6"), 64, ["layer 6", "0 to 5"]),
    .init("a layer before the first", explain("--layer", "-7"), 64, ["layer -7", "0 to 5"]),
    .init(
      "guided without a rectifier", explain("--method", "guided", "--layer", "conv-c"), 64,
      ["'guided'", "no rectifier", "'conv-c'", "gradient"]),
    .init("guided above no rectifier", ["explain", "m.onnx", "x.npy", "--method", "guided"], 64, ["Sigmoid"])
    {
      try FileManager.default.removeItem(atPath: $0.path + "/x.npy")
      try $0.copy("architectures/efficientnet-b0.onnx", as: "m.onnx")
      try $0.copy("architectures/efficientnet-b0.input.npy", as: "x.npy")
    },
  ]

  static let settings: [RefusedCase] =
    [
      (["--method", "guided2"], ["'guided2'", "'guided'"]),
      (["--gradient-modifier", "abs"], ["'abs'", "absolute"]),
      (["--on", "logit"], ["'logit'", "probability"]),
      (["--style", "poster"], ["'poster'", "overlay"]),
      (["--colormap", "infreno"], ["'infreno'", "'inferno'", "viridis"]),
      (["--alpha", "2"], ["--alpha", "0 and 1"]),
      (["--alpha", "nan"], ["--alpha"]),
      (["--percentile", "101"], ["--percentile", "0 and 100"]),
      (["--threads", "0"], ["--threads", "1 and 1024"]),
      (["--threads", "many"], ["'many'", "--threads"]),
      (["--size", "0"], ["'0'", "65535"]),
      (["--size", "8x"], ["'8x'", "HEIGHTxWIDTH"]),
      (["--shorter-side", "0"], ["--shorter-side"]),
      (["--resize", "lanczos"], ["'lanczos'", "bicubic"]),
      (["--crop", "left"], ["'left'", "center"]),
      (["--channels", "rbg"], ["'rbg'", "bgr"]),
      (["--mean", "a,b"], ["'a,b'", "--mean"]),
      (["--mean", "1,2"], ["'1,2'", "three"]),
      (["--std", "0"], ["--std", "0"]),
      (["--std", "inf"], ["'inf'", "--std"]),
      (["--scale", "1/0"], ["'1/0'", "1/255"]),
      (["--targt", "1"], ["--targt", "--target"]),
      (["--target"], ["--target"]),
    ].map { (options: [String], words: [String]) in
      RefusedCase(
        options.joined(separator: " "), explain() + options, 64, words + ["saliency explain --help"])
    } + [
      .init(
        "a size that does not fit", ["explain", "model.onnx", "photo.png", "--size", "16"], 64,
        ["16×16", "8×8"]),
      .init("no arguments", ["explain"], 64, ["<model>"]),
      .init("no input", ["explain", "model.onnx"], 64, ["<inputs>"]),
      .init("an input without a name", ["explain", "model.onnx", ""], 64, ["names"]),
      .init(
        "an unknown command", ["zap"], 64,
        ["no command 'zap'", "the commands are explain, filters", "saliency --help"]),
      .init(
        "a command with a slip", ["explian", "model.onnx", "x.npy"], 64,
        ["'explian'", "did you mean 'explain'"]),
      .init(
        "help about a command with a slip", ["help", "inspekt"], 64, ["'inspekt'", "did you mean 'inspect'"]),
      .init(
        "no command before the model", ["model.onnx", "x.npy"], 64,
        ["'model.onnx'", "saliency explain model.onnx"]),
      .init(
        "an option with a slip", ["predict", "model.onnx", "x.npy", "--label", "labels.txt"], 64,
        ["'--label'", "did you mean '--labels'"]),
      .init("no classes", ["predict", "model.onnx", "x.npy", "--top", "0"], 64, ["--top"]),
      .init("an empty extent", ["inspect", "open.onnx", "--shape", "1x3x0x8"], 64, ["'1x3x0x8'"]),
      .init("no shape", ["inspect", "open.onnx", "--shape", "large"], 64, ["'large'", "1x3x224x224"]),
      .init(
        "a shape of other channels", ["inspect", "open.onnx", "--shape", "1x4x8x8"], 65,
        ["1×4×8×8", "?×3×?×?"]),
      .init(
        "a shape beyond measure", ["inspect", "open.onnx", "--shape", "1x3x9999999x9999999"], 65,
        ["too large"]),
    ]

  static let outputs: [RefusedCase] = [
    .init("an output of an unknown kind", output("out.txt"), 64, ["'out.txt'", ".npy", ".png"]),
    .init("an output without an ending", output("out"), 64, ["'out'", ".npy"]),
    .init("an output in no folder", output("no/out.npy"), 73, ["no/out.npy", "'no'", "No such file"]),
    .init(
      "an output in a file", output("/dev/null/out.npy"), 73,
      ["/dev/null/out.npy", "'/dev/null' is not a folder"]),
    .init(
      "an output where nobody can write", output("/proc/out.npy"), 73, ["/proc/out.npy", "cannot be written"]),
    .init("an output on a full device", output("full.png"), 73, ["full.png", "No space left"]) {
      $0.makeLink("full.png", to: "/dev/full")
    },
    .init(
      "an output's name that is too long", output(String(repeating: "a", count: 300) + ".npy"), 73,
      ["too long"]),
    .init("an output over the input", output("x.npy"), 64, ["x.npy", "is read"]),
    .init("an output over the input, by another way", output("link.npy"), 64, ["link.npy", "'x.npy'"]) {
      $0.makeLink("link.npy", to: "x.npy")
    },
    .init("an output over the input, by its name", output("{name}.npy"), 64, ["x.npy", "is read"]),
    .init("two outputs of one name", output("out.npy", "out.npy"), 64, ["out.npy", "twice"]),
    .init(
      "two inputs of one name", ["explain", "model.onnx", "x.npy", "./x.npy", "-o", "{name}.png"], 64,
      ["x.png", "twice", "{name}"]),
    .init(
      "two inputs and one output", ["explain", "model.onnx", "x.npy", "photo.png", "-o", "out.png"], 64,
      ["out.png", "twice", "{name}"]),
    .init(
      "two inputs on standard output", ["explain", "model.onnx", "x.npy", "photo.png", "-o", "-"], 64,
      ["standard output", "not of 2"]),
    .init(
      "an image and JSON on standard output", output("-") + ["--json"], 64, ["standard output", "--json"]),
    .init("two images on standard output", output("-", "-.npy"), 64, ["standard output"]),
  ]

  @Test("Targets", arguments: targets)
  func checkTargets(_ refused: RefusedCase) async throws { try await refused.check() }

  @Test("Settings", arguments: settings)
  func checkSettings(_ refused: RefusedCase) async throws { try await refused.check() }

  @Test("Outputs", arguments: outputs)
  func checkOutputs(_ refused: RefusedCase) async throws { try await refused.check() }
}
