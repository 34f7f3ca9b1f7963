import NumPyFormat
import Saliency
import SaliencyCore
import SaliencyImage

/// An input named on the command line.
struct InputFile {
  let path: String

  /// The file's name without folder and ending.
  var name: String {
    let file = path.split(separator: "/").last.map(String.init) ?? path
    guard let dot = file.lastIndex(of: "."), dot != file.startIndex else { return file }
    return String(file[..<dot])
  }

  /// Whether the file holds a tensor and not a picture.
  var isTensor: Bool { path.lowercased().hasSuffix(".npy") }

  /// The tensor for a model, and what figures show of a picture.
  func load(for model: Model, preprocessing: () throws -> Preprocessing) throws -> Loaded {
    if isTensor {
      let array = try NumPyArray(contentsOf: path)
      let tensor = Tensor(shape: array.shape, values: array.values)
      let rank = try model.explainedInput().dimensions?.count
      // A tensor without the batch's axis is one item.
      let isItem = rank.map { $0 == array.shape.count + 1 } ?? false
      return Loaded(
        tensor: isItem ? tensor.reshaped(to: [1] + array.shape) : tensor, shape: array.shape,
        preprocessing: nil)
    }
    let preprocessing = try preprocessing()
    let image = try Image(contentsOf: path)
    do {
      let visiblePart = try preprocessing.visiblePart(of: image)
      let tensor = try preprocessing.tensor(ofVisiblePart: visiblePart)
      return Loaded(
        tensor: tensor, shape: tensor.shape, preprocessing: preprocessing, photograph: visiblePart)
    } catch {
      throw Failure(error, input: path)
    }
  }

  struct Loaded {
    let tensor: Tensor
    /// The shape in the file, which outputs keep.
    let shape: Shape
    let preprocessing: Preprocessing?
    /// The part of the picture that the network sees; nil for a tensor.
    var photograph: Image?
  }
}
