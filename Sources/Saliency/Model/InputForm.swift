public import SaliencyCore
import SaliencyImage

/// The shape of the inputs that a question is compiled for, and how images become such inputs.
struct InputForm: Sendable {
  let shape: Shape
  /// An error where the input is no image, or nobody says how images become it; thrown when an image is given.
  let preprocessing: Result<Preprocessing, SaliencyError>

  /// The first of: the given shape, the one that the model fixes, the one that its preprocessing leads to.
  init(
    _ model: Model, shape given: Shape?, preprocessing: Preprocessing?,
    _ preparation: PreprocessingSettings = .init()
  ) throws(SaliencyError) {
    if let preprocessing {
      self.preprocessing = .success(preprocessing)
    } else {
      var settings = preparation
      if let given {
        let axes = model.imageAxes ?? ImageAxes(layout: model.imageLayout, hasBatch: true)
        if given.count == axes.count { settings.size = axes.spatial.map { given[$0] } }
      }
      do throws(SaliencyError) {
        self.preprocessing = .success(
          try model.preprocessing(overrides: settings, origin: "shape of the input"))
      } catch {
        self.preprocessing = .failure(error)
      }
    }
    if let given {
      shape = given
    } else if let fixed = try model.fixedInputShape() {
      shape = fixed
    } else if case .success(let preprocessing) = self.preprocessing {
      shape = preprocessing.shape(size: preprocessing.size.value)
    } else {
      throw SaliencyError(
        .invalidInput, "the model leaves the shape of its input open; give it with --shape", file: model.path)
    }
  }

  /// An image as the network sees it, as an image and as a tensor.
  func prepare(_ image: Image) throws -> (visiblePart: Image, input: Tensor) {
    let preprocessing = try preprocessing.get()
    let visiblePart = try preprocessing.visiblePart(of: image)
    return (visiblePart, try preprocessing.tensor(ofVisiblePart: visiblePart))
  }
}

extension Model {
  /// The shape of inputs where nobody gives one: the one that the model fixes, or that its preprocessing leads to.
  ///
  /// - Throws: `SaliencyError` where neither does.
  public func defaultInputShape() throws(SaliencyError) -> Shape {
    try InputForm(self, shape: nil, preprocessing: nil).shape
  }
}
