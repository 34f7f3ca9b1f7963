import Foundation
import NumPyFormat
import Testing

/// Questions about axes, places, boxes, tokens and inputs that the network does not have.
@Suite("Questions that do not fit the network are refused")
struct BadPlaceTests {
  /// A case about a network of `Tests/Fixtures`, with its input.
  private static func about(
    _ fixture: String, _ description: String, _ options: [String], _ exitCode: Int32, _ words: [String],
    input: String = "input", _ prepare: @escaping @Sendable (Workspace) throws -> Void = { _ in }
  ) -> RefusedCase {
    RefusedCase(
      description, ["explain", "network.onnx", "in.npy", "-o", "out.npy"] + options, exitCode, words
    ) {
      try $0.copy(fixture + ".onnx", as: "network.onnx")
      try $0.copy("\(fixture).\(input).npy", as: "in.npy")
      try prepare($0)
    }
  }

  /// Of 4 classes at 8×9 pixels.
  static let segmentation: [RefusedCase] = [
    ("a layout of another number of axes", ["--layout", "output=NTC"], 64, ["NTC", "3 letters", "1×4×8×9"]),
    (
      "a layout that the graph contradicts", ["--layout", "output=CNHW"], 64,
      ["'output'", "CNHW", "an axis of 4", "1 item"]
    ),
    ("a layout of no tensor", ["--layout", "nosuch=NCHW"], 64, ["'nosuch'", "no input, output or layer"]),
    ("a layout without a name", ["--layout", "NCHW"], 64, ["NAME=LETTERS", "'NCHW'"]),
    (
      "a layout of an unknown letter", ["--layout", "output=NCHX"], 64,
      ["'X' is no role", "H, W and D places"]
    ),
    ("a mask of another size", ["--target", "1@small.npy"], 65, ["small.npy", "3×3", "8×9"]),
    ("an empty mask", ["--target", "1@empty.npy"], 65, ["empty.npy", "nothing inside"]),
    ("a mask that does not exist", ["--target", "1@missing.png"], 66, ["missing.png", "No such file"]),
    ("one index on two axes of places", ["--target", "1@2"], 64, ["'1@2'", "2 axes (8×9)", "4x4"]),
    ("a place out of range", ["--target", "1@8x2"], 64, ["'1@8x2'", "8×9", "0x0 to 7x8"]),
    ("no place after @", ["--target", "1@"], 64, ["'1@'"]),
    ("a place of a wrong word", ["--target", "1@everywhere"], 64, ["'1@everywhere'", "strongest"]),
    (
      "a norm of tokens that are none", ["--target", "1@2x2", "--per-token", "norm"], 64,
      ["--per-token is about tokens", "pick no rows"]
    ),
    (
      "boxes of what is no detector", ["--target", "1@2x2", "--iou", "0.3"], 64,
      ["--iou is about a detector's boxes"]
    ),
    (
      "a softmax behind a layer", ["--target", "1", "--layer", "0", "--softmax"], 64,
      ["behind the network's output", "leave one of both out"]
    ),
    ("a unit out of range at a place", ["--target", "4@2x2"], 64, ["unit 4", "0 to 3"]),
    ("a place of a layer without it", ["--loss", "output:1@9x9:1"], 64, ["9x9", "8×9"]),
  ].map { (description: String, options: [String], exitCode: Int32, words: [String]) in
    about("axes/segmentation", description, options, exitCode, words) {
      try $0.write(NumPyArray(shape: [3, 3], values: Array(repeating: 1, count: 9)), to: "small.npy")
      try $0.write(NumPyArray(shape: [8, 9], values: Array(repeating: 0, count: 72)), to: "empty.npy")
    }
  }

  /// Of 5 classes, without places.
  static let classifier: [RefusedCase] = [
    ("a place on an output without places", ["--target", "1@3"], 64, ["'1@3'", "no places"]),
    ("where a unit wins without places", ["--target", "1@predicted"], 64, ["'1@predicted'", "no places"]),
    ("a box of no detector", ["--target", "box:0"], 64, ["not recognized as a detector", "--detector"]),
    (
      "a detector that it is not", ["--target", "box:0", "--detector", "yolov8"], 64,
      ["'yolov8'", "1×5", "do not have the form"]
    ),
  ].map { (description: String, options: [String], exitCode: Int32, words: [String]) in
    RefusedCase(
      description, ["explain", "model.onnx", "x.npy", "-o", "out.npy"] + options, exitCode, words)
  }

  /// A YOLOv8-like head, with ten boxes of three classes.
  static let detector: [RefusedCase] = [
    ("a box beyond the last", ["--target", "box:10"], 64, ["box 10", "10 boxes", "box:0 to box:9"]),
    ("a box of no number", ["--target", "box:x"], 64, ["'box:x'", "number of a box"]),
    ("a number that a box does not have", ["--target", "box:0/color"], 64, ["'color'", "x1"]),
    ("an objectness that a detector does not have", ["--target", "box:0/objectness"], 64, ["objectness"]),
    ("no box above a score", ["--target", "box:0", "--score", "0.99999"], 64, ["no box", "--score"]),
    ("an unknown detector", ["--target", "box:0", "--detector", "yolo99"], 64, ["'yolo99'", "yolov8"]),
    ("an overlap above 1", ["--target", "box:0", "--iou", "2"], 64, ["0 and 1"]),
    ("a score below 0", ["--target", "box:0", "--score=-1"], 64, ["0 and 1"]),
    (
      "a layer beside a box", ["--target", "box:0", "--layer", "0"], 64,
      ["a box is what the network's outputs say", "leave one of both out"]
    ),
    (
      "a score where a unit is asked about", ["--target", "5@3", "--score", "0.5"], 64,
      ["--score is about a detector's boxes", "box:0"]
    ),
    (
      "D-RISE of a coordinate", ["--target", "box:0/x1", "--method", "d-rise:masks=2"], 64,
      ["a box as a whole", "box:0"]
    ),
    (
      "fewer names than classes", ["--target", "box:0", "--labels", "two.txt"], 64, ["two.txt", "3 classes"]
    ),
  ].map { (description: String, options: [String], exitCode: Int32, words: [String]) in
    about("detectors/yolov8", description, options, exitCode, words) {
      try $0.write("cat\ndog\n", to: "two.txt")
    }
  }

  /// Of 13 tokens, in two texts of 6.
  static let text: [RefusedCase] = [
    about(
      "text/transformer", "a token outside the vocabulary", ["--target", "1"], 65,
      ["item 0, token 0", "4000", "13 rows"]
    ) {
      var numbers = try $0.array("in.npy").values
      numbers[0] = 4000
      try $0.write(NumPyArray(shape: [2, 6], values: numbers), to: "in.npy")
    },
    about(
      "text/transformer", "a token with a fraction", ["--target", "1"], 65, ["1.5"]
    ) { try $0.write(NumPyArray(shape: [1, 2], values: [1, 1.5]), to: "in.npy") },
    about(
      "text/transformer", "a hidden token outside the vocabulary",
      ["--target", "1", "--method", "occlusion", "--hidden-token", "13"], 64, ["13", "0 to 12"]),
    about(
      "text/transformer", "names of another number of tokens", ["--target", "1", "--tokens", "names.txt"], 65,
      ["names.txt", "1 text", "2 items"]
    ) { try $0.write("a\nb\n", to: "names.txt") },
  ]

  /// An image and a table.
  static let inputs: [RefusedCase] = [
    ("an input that does not exist", ["--input", "image,index"], ["'index'", "'image', 'table'"]),
    ("an input twice", ["--input", "image,image"], ["'image'", "twice"]),
    ("several inputs in one .npy", ["--input", "image,table"], ["out.npy", "{input}"]),
    ("an input that is given and asked alone", ["--input", "table"], ["table"]),
  ].map { (description: String, options: [String], words: [String]) in
    about(
      "text/pair", description, ["--given", "table=table.npy", "--target", "1"] + options, 64, words,
      input: "image"
    ) { try $0.copy("text/pair.table.npy", as: "table.npy") }
  }

  @Test("Layouts, masks and places", arguments: segmentation + classifier)
  func places(_ refused: RefusedCase) async throws { try await refused.check() }

  @Test("Boxes", arguments: detector)
  func boxes(_ refused: RefusedCase) async throws { try await refused.check() }

  @Test("Tokens", arguments: text)
  func tokens(_ refused: RefusedCase) async throws { try await refused.check() }

  @Test("Several inputs", arguments: inputs)
  func several(_ refused: RefusedCase) async throws { try await refused.check() }
}
