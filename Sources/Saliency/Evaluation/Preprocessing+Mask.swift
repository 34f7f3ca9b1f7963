import SaliencyCore
import SaliencyImage

extension Preprocessing {
  /// The places of a network's input that a mask marks: what is at least half as bright as white is inside.
  ///
  /// - Parameters:
  ///   - mask: an image of the image's size, which is resized and cropped as that is, or of the network's.
  ///   - image: the image.
  /// - Throws: `SaliencyError` where the mask has another size.
  func placesInside(_ mask: Image, of image: Image) throws -> [Bool] {
    let (height, width) = (size.value[0], size.value[1])
    if (mask.width, mask.height) == (image.width, image.height) {
      return try visiblePart(of: mask).isInside
    }
    guard (mask.width, mask.height) == (width, height) else {
      throw SaliencyError(
        .invalidInput,
        "the mask has \(mask.width)×\(mask.height) pixels; it has to have those of the image, "
          + "\(image.width)×\(image.height), or of the network's input, \(width)×\(height)")
    }
    return mask.isInside
  }
}

extension Image {
  /// For each pixel, row by row, whether it is at least half as bright as white.
  var isInside: [Bool] {
    (0..<width * height).map { pixel in
      let color = self[pixel % width, pixel / width]
      return Int(color.red) + Int(color.green) + Int(color.blue) >= 3 * 128
    }
  }
}
