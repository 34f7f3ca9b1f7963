import FileAccess
import NumPyFormat
public import SaliencyCore
public import SaliencyImage

/// What a network is asked about, as a file, a request or a pipe holds it.
///
/// ```swift
/// let contents = try InputContents(decoding: bytes)
/// let prepared = try model.prepare(contents)
/// ```
public enum InputContents: Sendable {
  /// An image, of any size.
  case image(Image)
  /// Numbers as the network takes them, or one item of them without the batch's axis.
  case tensor(Tensor)

  /// Reads the bytes of a PNG, JPEG or WebP file or of a `.npy` file, told apart by their first ones.
  ///
  /// - Throws: `ImageError` or `NumPyError` where they are neither, damaged, or larger than such files may be.
  public init(decoding bytes: [UInt8]) throws {
    self = Self.isTensor(bytes) ? .tensor(try Tensor(decoding: bytes)) : .image(try Image(decoding: bytes))
  }

  /// Reads a file: a tensor where its name ends in `.npy`, else an image.
  ///
  /// - Throws: `ImageError` or `NumPyError`, naming the file, where it is missing, damaged or too large.
  public init(contentsOf path: String) throws {
    self =
      Self.isTensor(path: path)
      ? .tensor(try Tensor(contentsOf: path)) : .image(try Image(contentsOf: path))
  }

  /// The endings of the names of files that are read, without the point.
  public static let pathExtensions = ["png", "jpg", "jpeg", "webp", "npy"]

  /// The paths of the images and tensors in a folder, in the order of their names; hidden files are passed over, and what lies deeper.
  ///
  /// - Throws: `SaliencyError` where the folder cannot be read, or has no file whose name ends in one of ``pathExtensions``.
  public static func paths(inFolder folder: String) throws(SaliencyError) -> [String] {
    let names: [String]
    do throws(Folder.Failure) {
      names = try Folder.fileNames(in: folder)
    } catch {
      throw SaliencyError(.unreadable, "\(error)", file: folder)
    }
    let inputs = names.filter { name in
      pathExtensions.contains { name.lowercased().hasSuffix("." + $0) }
    }
    guard !inputs.isEmpty else {
      throw SaliencyError(
        .unreadable,
        "the folder has no inputs; those that lie in it itself are read, images (.png, .jpg, .webp) and tensors (.npy)",
        file: folder)
    }
    return inputs.map { folder.hasSuffix("/") ? folder + $0 : folder + "/" + $0 }
  }

  /// Whether there is a folder at a path, whose ``paths(inFolder:)`` are meant.
  public static func isFolder(_ path: String) -> Bool { Folder.exists(path) }

  /// Whether a file of such a name is read as a tensor.
  public static func isTensor(path: String) -> Bool { path.lowercased().hasSuffix(".npy") }

  /// The most bytes that are read of contents that begin like this.
  public static func byteLimit(beginning bytes: some Collection<UInt8>) -> Int {
    isTensor(bytes) ? NumPyArray.maximumFileSize : Image.maximumFileSize
  }

  private static func isTensor(_ bytes: some Collection<UInt8>) -> Bool {
    bytes.starts(with: [0x93] + Array("NUMPY".utf8))
  }
}

/// An input as a network takes it.
public struct PreparedInput: Sendable {
  /// The network's input.
  public let tensor: Tensor
  /// The shape before the batch's axis was added, which files of results keep.
  public let shape: Shape
  /// How the image became the tensor; nil where it was a tensor.
  public let preprocessing: Preprocessing?
  /// Where the image lies in the tensor; nil where it was a tensor.
  public var placement: ImagePlacement? {
    guard let image, let preprocessing else { return nil }
    return try? preprocessing.placement(of: image)
  }
  /// The image itself; nil where it was a tensor.
  public let image: Image?
  /// The part of the image that the network sees, in the network's size unless the image's own was asked for; nil where it was a tensor.
  public let visiblePart: Image?
}

extension Model {
  /// Makes the network's input of contents; a tensor that lacks the batch's axis gets it.
  ///
  /// - Parameters:
  ///   - contents: an image or a tensor.
  ///   - overrides: how images become tensors, as far as the caller knows it; for the rest see ``preprocessing(overrides:origin:)``.
  ///   - origin: what the origin of these values is called.
  ///   - keepsSize: whether the part of the image that figures show keeps its own size.
  /// - Throws: `SaliencyError` where it is an image and the input is none, or where the input takes integers and the tensor has
  ///   others, `ImageError` where the image cannot be resized.
  public func prepare(
    _ contents: InputContents, overrides: PreprocessingSettings = .init(), origin: String = "settings",
    keepsSize: Bool = false
  ) throws -> PreparedInput {
    switch contents {
    case .tensor(let tensor):
      let input = try explainedInput()
      try require(tensor, fits: input)
      let isItem = input.dimensions?.count == tensor.shape.count + 1
      return PreparedInput(
        tensor: isItem ? tensor.reshaped(to: [1] + tensor.shape) : tensor, shape: tensor.shape,
        preprocessing: nil, image: nil, visiblePart: nil)
    case .image(let image):
      let preprocessing = try preprocessing(overrides: overrides, origin: origin)
      let visiblePart = try preprocessing.visiblePart(of: image)
      let tensor = try preprocessing.tensor(ofVisiblePart: visiblePart)
      try require(tensor, fits: try explainedInput())
      return PreparedInput(
        tensor: tensor, shape: tensor.shape, preprocessing: preprocessing, image: image,
        visiblePart: keepsSize ? try preprocessing.originalPart(of: image) : visiblePart)
    }
  }

  /// Throws where an input takes integers, and a tensor has other numbers.
  private func require(_ tensor: Tensor, fits input: Input) throws(SaliencyError) {
    guard let range = input.integerRange else { return }
    let limit = 0x1p24
    let values = tensor.values
    guard
      let index = values.firstIndex(where: {
        let value = Double($0)
        return !range.contains(value) || value != value.rounded() || value.magnitude > limit
      })
    else { return }
    let value = Double(values[index])
    let problem =
      range.contains(value) && value == value.rounded()
      ? "integers beyond 2^24 are not exact in single precision"
      : "it takes integers from \(Float(range.lowerBound).text) to \(Float(range.upperBound).text)"
    throw SaliencyError(
      .invalidInput,
      "input '\(input.name.printable())' is of type \(input.elementType), and element \(index) of the tensor at hand is "
        + "\(values[index]); \(problem)", file: path)
  }
}
