internal import Saliency

/// An explainer for several images at once. Batches that are not full are filled up, so that an image's numbers do not depend on which others
/// it is computed with.
struct BatchExplainer: Sendable {
  let explainer: Explainer
  /// How many images run at once.
  let count: Int
  private let itemShape: Shape

  /// Compiles a question for as many images as are worth it, or for one where the network takes no more.
  ///
  /// - Parameter shape: the shape of the input of one image.
  init(_ model: Model, _ question: Question, itemShape shape: Shape, _ executor: Executor) async throws {
    itemShape = shape
    let several = Shape([Self.usualCount] + shape.dropFirst())
    let separates =
      shape.first == 1 && (try? model.resolve(question, inputShape: several).itemCount) == Self.usualCount
    count = separates ? Self.usualCount : 1
    explainer = try await Explainer(
      model, question, inputShape: separates ? several : shape, executor: executor)
  }

  /// More take longer: `Documentation/Decisions.md` has the numbers.
  static let usualCount = 4

  /// Whether an input is one of an image as the others are.
  func takes(_ tensor: Tensor) -> Bool { tensor.shape == itemShape }

  /// The attributions of images, at most ``count``.
  ///
  /// - Parameter units: the classes that are explained; the best of each where nil.
  func attribution(
    of images: [LoadedImage], units: [Int]? = nil, labels: Labels?
  ) async throws -> Attribution {
    let filling = count - images.count
    let tensors = images.map(\.tensor) + Array(repeating: images[images.count - 1].tensor, count: filling)
    let input =
      count == 1
      ? tensors[0]
      : Tensor(shape: Shape([count] + itemShape.dropFirst()), values: tensors.flatMap(\.values))
    guard let units else {
      return try await explainer.attribution(of: input, target: .top, labels: labels)
    }
    let targets = (units + Array(repeating: units[units.count - 1], count: filling)).map { Target.unit($0) }
    return try await explainer.attribution(of: input, eachOf: targets, labels: labels)
  }
}
