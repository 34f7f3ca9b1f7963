import Saliency

/// A question of the documentation, with the picture that answers it.
struct Example: Sendable {
  /// The name under which it is run, which is that of its picture too.
  let name: String
  /// Writes the pictures.
  let run: @Sendable (Files) async throws -> Void

  /// All examples, in the order of the documentation.
  static let all: [Example] = [
    multiClass, multiLabel, regression, guidedAndRectified, customModifier, convolutionFilters, customLosses,
    birdOrTree, digits,
  ]
}

/// Where examples read and write; paths are relative to the repository.
struct Files: Sendable {
  /// The folder of pictures.
  let output: String

  /// The path of a picture.
  func picture(_ name: String) -> String { output + "/" + name }

  /// A model that was trained for the examples.
  func model(_ name: String) -> String { "Examples/Models/" + name }

  /// A picture or labels for them.
  func data(_ name: String) -> String { "Examples/Data/" + name }

  /// EfficientNet-Lite0, trained on ImageNet; `make demo` fetches it.
  let classifier = ".cache/demo/efficientnet-lite0.onnx"
  let classes = "Demo/imagenet-labels.json"
  let cat = "Demo/chelsea.png"

  /// A network for facial expressions; `make demo` fetches it.
  let expressions = ".cache/demo/expressions.hdf5"
  let expressionNames = "Demo/expression-labels.json"
  let face = "Demo/face.png"
}
