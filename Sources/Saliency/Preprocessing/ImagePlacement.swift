import SaliencyImage

/// Where an image lies in a network's input: it is scaled, and its upper left corner moved.
public struct ImagePlacement: Sendable, Hashable {
  /// By how much its width is scaled.
  public let scaleX: Double
  /// By how much its height is scaled.
  public let scaleY: Double
  /// The column of its left edge in the input; negative where that is cut off.
  public let x: Double
  /// The row of its upper edge.
  public let y: Double

  /// A box of the input in the image's own pixels; it may reach beyond the image, as far as the detector says so.
  public func original(_ box: BoundingBox) -> BoundingBox {
    func column(_ value: Float) -> Float { Float((Double(value) - x) / scaleX) }
    func row(_ value: Float) -> Float { Float((Double(value) - y) / scaleY) }
    return BoundingBox(x1: column(box.x1), y1: row(box.y1), x2: column(box.x2), y2: row(box.y2))
  }

  /// A detection in the input as one in the image's own pixels.
  public func original(_ detection: Detection) -> Detection {
    var detection = detection
    detection.box = original(detection.box)
    return detection
  }
}

/// An image that is resized to lie inside of a network's input, with gray above and below it, or left and right.
struct Letterbox {
  /// The sides of the resized image.
  let width: Int
  let height: Int
  /// Where its upper left corner lies.
  let x: Int
  let y: Int
  private let size: [Int]

  /// The gray of Ultralytics.
  private static let gray = Color(gray: 114)

  /// - Parameter size: the height and width of the input.
  init(size: [Int], around image: Image) {
    let scale = min(Double(size[0]) / Double(image.height), Double(size[1]) / Double(image.width))
    func side(_ own: Int, within limit: Int) -> Int {
      min(max(Int((Double(own) * scale).rounded(.toNearestOrEven)), 1), limit)
    }
    (width, height) = (side(image.width, within: size[1]), side(image.height, within: size[0]))
    // What is left over stands half on each side; of an odd number the smaller part comes first.
    (x, y) = ((size[1] - width) / 2, (size[0] - height) / 2)
    self.size = size
  }

  /// The sides of the whole in the image's own pixels.
  func originalSize(of image: Image) -> (width: Int, height: Int) {
    let scale = max(Double(image.width) / Double(width), Double(image.height) / Double(height))
    return (
      max(Int((Double(size[1]) * scale).rounded()), image.width),
      max(Int((Double(size[0]) * scale).rounded()), image.height)
    )
  }

  static func filled(_ image: Image, width: Int, height: Int, x: Int, y: Int) -> Image {
    var result = Image(width: width, height: height, filledWith: gray)
    result.paste(image, x: x, y: y)
    return result
  }
}
