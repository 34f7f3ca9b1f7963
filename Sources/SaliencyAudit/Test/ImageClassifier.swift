internal import Saliency

/// Asks the network for the class of images, several at once.
struct ImageClassifier: Sendable {
  private let model: Model
  private let settings: PreprocessingSettings
  private let predictor: Predictor
  private let count: Int

  /// What the network says of an image.
  struct Answer: Sendable {
    /// The class with the highest score.
    let winner: Int
    /// The score of the class that was asked about.
    let score: Double
  }

  init(_ asked: AskedModel, _ executor: Executor) async throws {
    (model, settings, count) = (asked.model, asked.preparation, asked.batch.count)
    predictor = try await Predictor(
      asked.model, inputShape: asked.batch.explainer.inputShape, preprocessing: asked.preprocessing,
      detection: nil, executor: executor)
  }

  /// The answers for images that are made when they are needed.
  ///
  /// - Parameters:
  ///   - imageCount: how many there are.
  ///   - unit: the class whose score is told.
  ///   - image: makes one of them, which has the size that the network takes.
  func answers(
    _ imageCount: Int, about unit: Int, _ image: (Int) throws -> Image
  ) async throws -> [Answer] {
    var answers: [Answer] = []
    answers.reserveCapacity(imageCount)
    for start in stride(from: 0, to: imageCount, by: count) {
      try Task.checkCancellation()
      var tensors = try (start..<min(start + count, imageCount)).map {
        try model.prepare(.image(try image($0)), overrides: settings).tensor
      }
      let real = tensors.count
      while tensors.count < count { tensors.append(tensors[real - 1]) }
      let input =
        count == 1 ? tensors[0] : Tensor(shape: predictor.inputShape, values: tensors.flatMap(\.values))
      for units in try await predictor.predictions(for: input, count: predictor.unitCount).prefix(real) {
        answers.append(
          Answer(
            winner: units[0].index, score: units.first { $0.index == unit }.map { Double($0.score) } ?? 0))
      }
    }
    return answers
  }
}
