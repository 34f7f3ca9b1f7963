import Saliency

/// A question of the documentation, with the image that answers it.
struct Example: Sendable {
  /// The name under which it is run, which is that of its image too.
  let name: String
  /// The files that it needs and that are not part of the repository.
  let fetched: [String]
  /// Whether it draws the same on every machine; an image of many steps does not, since each makes the differences of rounding larger.
  let isReproducible: Bool
  /// Writes the images.
  let run: @Sendable (Files) async throws -> Void

  init(
    _ name: String, fetched: [String] = [], isReproducible: Bool = true,
    run: @escaping @Sendable (Files) async throws -> Void
  ) {
    self.name = name
    self.fetched = fetched
    self.isReproducible = isReproducible
    self.run = run
  }

  /// All examples, in the order of the documentation.
  static let all: [Example] = [
    multiClass, multiLabel, regression, guidedAndRectified, customModifier, convolutionFilters, customLosses,
    birdOrTree, digits, methods, maximizingActivations, detectors, texts, embeddings,
  ]
}

/// Where examples read and write.
struct Files: Sendable {
  /// The folder of images.
  let output: String
  /// The folder of the repository.
  var repository = "."

  /// The path of an image.
  func image(_ name: String) -> String { output + "/" + name }

  /// A model that was trained for the examples.
  func model(_ name: String) -> String { repository + "/Examples/Models/" + name }

  /// An image, or what is known about one.
  func data(_ name: String) -> String { repository + "/Examples/Data/" + name }

  /// EfficientNet-Lite0, trained on ImageNet; `make demo` fetches it.
  var classifier: String { repository + "/" + Files.classifier }
  var classes: String { repository + "/Demo/imagenet-labels.json" }
  var cat: String { repository + "/Demo/chelsea.png" }

  /// A network for facial expressions; `make demo` fetches it.
  var expressions: String { repository + "/" + Files.expressions }
  var expressionNames: String { repository + "/Demo/expression-labels.json" }
  var face: String { repository + "/Demo/face.png" }

  static let classifier = ".cache/demo/efficientnet-lite0.onnx"
  static let expressions = ".cache/demo/expressions.hdf5"
}
