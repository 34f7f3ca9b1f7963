import NumPyFormat
import SaliencyCore
public import SaliencyImage

extension TargetMask {
  /// Reads a mask from an image or a `.npy` file: what is above half of the largest number of its type is inside. A `.npy` file without a number
  /// above 1 says 0 and 1, whatever its type: there what is above a half is inside.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - image: the image that is explained; a mask of its size is prepared as it is. Nil where a tensor is.
  ///   - preprocessing: how that becomes the network's input.
  /// - Throws: `ImageError` or `NumPyError` where the file cannot be read, `SaliencyError` where nothing is inside.
  public init(contentsOf path: String, of image: Image? = nil, preprocessing: Preprocessing? = nil) throws {
    if InputContents.isTensor(path: path) {
      let array = try NumPyArray(contentsOf: path)
      let largest = array.values.max() ?? 0
      let half = largest <= 1 ? 0.5 : array.elementMaximum / 2
      guard largest <= 1 || largest > half else {
        throw SaliencyError(
          .invalidInput,
          "mask '\(path.printable())' has nothing inside it: inside is what is above half of the largest number of its type, "
            + "\(array.elementMaximum.text), and its own largest is \(largest.text); write 0 and 1")
      }
      try self.init(path, extents: array.shape, isInside: array.values.map { $0 > half })
      return
    }
    var mask = try Image(contentsOf: path)
    if let image, let preprocessing, (mask.width, mask.height) == (image.width, image.height) {
      mask = try preprocessing.visiblePart(of: mask)
    }
    try self.init(path, extents: [mask.height, mask.width], isInside: mask.isInside)
  }
}

extension Target {
  /// Whether it names masks as files, which are read when it is explained.
  public var namesFiles: Bool {
    parts.contains { if case .maskFile = $0.place?.kind { true } else { false } }
  }

  /// The same target with the masks that it names as files.
  ///
  /// - Parameters:
  ///   - image: the image that is explained; masks of its size are prepared as it is. Nil where a tensor is.
  ///   - preprocessing: how that becomes the network's input.
  /// - Throws: what reading a ``TargetMask`` throws.
  public func readingMasks(of image: Image? = nil, preprocessing: Preprocessing? = nil) throws -> Target {
    try readingMasks { try TargetMask(contentsOf: $0, of: image, preprocessing: preprocessing) }
  }
}

extension Question {
  /// Whether its target or a loss names masks as files, which are read when it is asked; a server refuses such questions of strangers.
  public var namesFiles: Bool { target?.namesFiles == true || losses.contains { $0.loss.namesFiles } }
}
