@testable import Saliency
import SaliencyImage
import Testing

@Suite("Boxes")
struct NonMaximumSuppressionTests {
  private func detection(_ score: Float, _ box: [Float], class index: Int = 0) -> Detection {
    Detection(
      number: 0, classIndex: index, score: score,
      box: BoundingBox(x1: box[0], y1: box[1], x2: box[2], y2: box[3]), candidate: Int(score * 100))
  }

  @Test("Of boxes of a class that overlap too much the best stays")
  func suppression() {
    let detections = [
      detection(0.5, [0, 0, 10, 10]), detection(0.9, [1, 0, 11, 10]),
      detection(0.8, [0, 0, 10, 10], class: 1),
      detection(0.7, [20, 20, 30, 30]), detection(0.6, [5, 0, 15, 10]),
    ]
    let kept = NonMaximumSuppression().applied(to: detections)
    #expect(kept.map(\.score) == [0.9, 0.8, 0.7, 0.6])
    #expect(kept.map(\.number) == [0, 1, 2, 3])
    // 60 of 140 is more than 0.4.
    #expect(NonMaximumSuppression(overlapLimit: 0.4).applied(to: detections).map(\.score) == [0.9, 0.8, 0.7])
    #expect(NonMaximumSuppression(countLimit: 2).applied(to: detections).count == 2)
    #expect(NonMaximumSuppression().applied(to: []).isEmpty)
  }

  @Test("An overlap is what two boxes share of what they cover")
  func overlap() {
    let box = BoundingBox(x1: 0, y1: 0, x2: 4, y2: 2)
    #expect(box.overlap(with: box) == 1)
    #expect(box.overlap(with: BoundingBox(x1: 2, y1: 0, x2: 6, y2: 2)) == Float(4) / 12)
    #expect(box.overlap(with: BoundingBox(x1: 4, y1: 0, x2: 6, y2: 2)) == 0)
    let empty = BoundingBox(x1: 1, y1: 1, x2: 1, y2: 1)
    #expect(empty.overlap(with: empty) == 0)
    #expect(BoundingBox(x1: 3, y1: 0, x2: 1, y2: 2).area == 0)
  }

  /// How images of a width and a height are fitted into 32 rows of 40 columns.
  static let placements: [(fit: Preprocessing.Crop, width: Int, height: Int)] = [
    (.letterbox, 128, 64), (.letterbox, 100, 100), (.letterbox, 40, 32), (.letterbox, 7, 90),
    (.none, 128, 96),
  ]

  @Test("Boxes of the input are mapped to the image's pixels", arguments: placements.indices)
  func placement(_ index: Int) throws {
    let (fit, width, height) = Self.placements[index]
    let model = try Model(contentsOf: DetectorTests.path("yolov8.onnx"))
    let image = Image(width: width, height: height, filledWith: Color(gray: 200))
    var settings = PreprocessingSettings()
    (settings.crop, settings.size) = (fit, [32, 40])
    let preprocessing = try model.preprocessing(overrides: settings)
    let placement = try preprocessing.placement(of: image)
    let visible = try preprocessing.visiblePart(of: image)
    #expect([visible.height, visible.width] == [32, 40])
    // The corners of what is not gray are those of the image.
    let inside = (0..<32 * 40).filter { visible[$0 % 40, $0 / 40] == Color(gray: 200) }
    let box = BoundingBox(
      x1: Float(inside.map { $0 % 40 }.min()!), y1: Float(inside.map { $0 / 40 }.min()!),
      x2: Float(inside.map { $0 % 40 }.max()! + 1), y2: Float(inside.map { $0 / 40 }.max()! + 1))
    let original = placement.original(box)
    let corners = [original.x1, original.y1, original.x2, original.y2]
    for (corner, side) in zip(corners, [0, 0, Float(width), Float(height)]) {
      #expect(abs(corner - side) < 1e-3, "\(corners), not \(width)×\(height)")
    }
  }

  @Test("A cut-out center is mapped to where it was cut out")
  func crop() throws {
    let model = try Model(contentsOf: DetectorTests.path("yolov8.onnx"))
    var settings = PreprocessingSettings()
    (settings.crop, settings.shorterSide) = (.center, 64)
    let placement = try model.preprocessing(overrides: settings)
      .placement(of: Image(width: 256, height: 128, filledWith: Color(gray: 0)))
    // Resized to 128×64, of which columns 44 to 84 and rows 16 to 48 are cut out.
    #expect(placement == ImagePlacement(scaleX: 0.5, scaleY: 0.5, x: -44, y: -16))
    let box = placement.original(BoundingBox(x1: 0, y1: 0, x2: 40, y2: 32))
    #expect(box == BoundingBox(x1: 88, y1: 32, x2: 168, y2: 96))
  }

  @Test("Ultralytics's detectors get a letterbox, and pixels from 0 to 1")
  func ultralytics() throws {
    let preprocessing = try Model(contentsOf: DetectorTests.path("yolov8-named.onnx")).preprocessing()
    #expect(preprocessing.crop == .init(value: .letterbox, origin: "Ultralytics metadata"))
    #expect(preprocessing.mean.value == [0] && preprocessing.scale.value == 1 / 255)
    #expect(!preprocessing.isGuessed)
    let image = try preprocessing.visiblePart(of: Image(width: 50, height: 80, filledWith: Color(gray: 9)))
    #expect(image[0, 5] == Color(gray: 114) && image[20, 5] == Color(gray: 9))
  }
}
