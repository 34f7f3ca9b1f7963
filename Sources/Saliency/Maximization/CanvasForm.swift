import SaliencyCore
import SaliencyImage

/// How what is maximized becomes a network's input.
///
/// A canvas is 1×channels×height×width in red, green and blue, from −½, black, to ½, white, where the input is an image, and the input itself where
/// it is none.
struct CanvasForm {
  /// The shape of the network's input.
  let inputShape: Shape
  /// Nil where the input is no image.
  let preprocessing: Preprocessing?

  /// - Parameter preprocessing: how images become inputs; passed over where a single one does not become one of that shape.
  init(inputShape: Shape, preprocessing: Preprocessing?) {
    self.inputShape = inputShape
    let imageShape = preprocessing.flatMap { $0.size(of: inputShape).map($0.shape(size:)) }
    self.preprocessing = imageShape == inputShape ? preprocessing : nil
  }

  /// Height and width of the network's input; empty where it is no image.
  var size: [Int] { preprocessing?.size(of: inputShape) ?? [] }

  /// The shape of a canvas of a height and width.
  func canvasShape(size: [Int]) -> Shape {
    preprocessing.map { [1, $0.channelCount] + size } ?? inputShape
  }

  /// What the network is given for a canvas.
  func input(of canvas: Value) -> Value {
    guard let preprocessing else { return canvas }
    // (255 (c + ½) · scale − mean) / deviation
    let (factors, offsets) = lines(preprocessing)
    let planes = reordered(canvas, preprocessing) * factors(canvas.builder) + offsets(canvas.builder)
    let input = preprocessing.layout == .channelsFirst ? planes : planes.transposed([0, 2, 3, 1])
    return preprocessing.hasBatch ? input : input.reshaped(to: inputShape)
  }

  /// The canvas of an input.
  func canvas(of input: Value) -> Value {
    guard let preprocessing else { return input }
    let (factors, offsets) = lines(preprocessing)
    let input = preprocessing.hasBatch ? input : input.reshaped(to: [1] + inputShape)
    let planes = preprocessing.layout == .channelsFirst ? input : input.transposed([0, 3, 1, 2])
    return reordered((planes - offsets(input.builder)) / factors(input.builder), preprocessing)
  }

  private func reordered(_ planes: Value, _ preprocessing: Preprocessing) -> Value {
    preprocessing.channelCount == 3 && preprocessing.channels.value == .bgr
      ? planes.gathered([2, 1, 0], along: 1) : planes
  }

  /// What canvases are multiplied by, and what is added then, for each channel.
  private func lines(
    _ preprocessing: Preprocessing
  ) -> (factors: (GraphBuilder) -> Value, offsets: (GraphBuilder) -> Value) {
    let count = preprocessing.channelCount
    func number(_ list: [Float], _ channel: Int) -> Float { list[list.count == 1 ? 0 : channel] }
    func constant(_ number: @escaping (Int) -> Float) -> (GraphBuilder) -> Value {
      { $0.constant(Tensor(shape: [1, count, 1, 1], values: (0..<count).map(number))) }
    }
    let (scale, mean, standardDeviation) = (
      preprocessing.scale.value, preprocessing.mean.value, preprocessing.standardDeviation.value
    )
    return (
      constant { 255 * scale / number(standardDeviation, $0) },
      constant { (127.5 * scale - number(mean, $0)) / number(standardDeviation, $0) }
    )
  }

  /// The canvas of an image of any size, of which the same part counts as when it is explained.
  func canvas(of image: Image, size: [Int]) throws -> Tensor {
    guard let preprocessing else { throw notImage("an image to start from") }
    let visible = try preprocessing.visiblePart(of: image, size: size)
    let pixels = preprocessing.channelCount == 1 ? visible.gray().pixels : visible.pixels
    let count = size[0] * size[1]
    return Tensor(
      shape: canvasShape(size: size),
      values: (0..<preprocessing.channelCount).flatMap { channel in
        (0..<count).map { Float(pixels[$0 * 3 + channel]) / 255 - 0.5 }
      })
  }

  /// A canvas as an image; nil where the input is none.
  func image(of canvas: Tensor) -> Image? {
    guard preprocessing != nil else { return nil }
    let (channels, height, width) = (canvas.shape[1], canvas.shape[2], canvas.shape[3])
    let values = canvas.values
    var pixels = [UInt8](repeating: 0, count: height * width * 3)
    for place in 0..<height * width {
      for channel in 0..<3 {
        let value = values[(channels == 1 ? 0 : channel) * height * width + place]
        pixels[place * 3 + channel] = UInt8((min(max(value + 0.5, 0), 1) * 255).rounded())
      }
    }
    return Image(width: width, height: height, pixels: pixels)
  }

  /// The error of something that only images have.
  func notImage(_ what: String) -> SaliencyError {
    SaliencyError(
      .invalidSetting,
      "an input of \(inputShape.text) is not one image, and \(what) is for images; maximize it as ActivationMaximization.plain does"
    )
  }
}
