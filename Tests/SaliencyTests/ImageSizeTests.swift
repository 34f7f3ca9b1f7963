import Saliency
import SaliencyCore
import SaliencyImage
import Testing

/// Images that are shown in their own size. The network 'max-pool' takes images of 1×2×4.
@Suite("The size of images")
struct ImageSizeTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let width: Int
    let height: Int
    let size: [Int]
    var crop = Preprocessing.Crop.center
    var shorterSide: Int?
    /// The part of the image: column, row, width, height.
    let part: [Int]

    var testDescription: String { "\(width)×\(height) for \(size)" }
  }

  @Test(
    "The part of an image that the network sees is cut out of the image's own pixels",
    arguments: [
      Case(width: 80, height: 60, size: [2, 4], shorterSide: 4, part: [0, 15, 64, 30]),
      Case(width: 60, height: 80, size: [2, 4], shorterSide: 4, part: [0, 32, 60, 32]),
      Case(width: 80, height: 40, size: [2, 4], shorterSide: 2, part: [20, 10, 40, 20]),
      Case(width: 80, height: 60, size: [2, 4], crop: .none, part: [0, 0, 80, 60]),
      Case(width: 7, height: 1, size: [2, 4], shorterSide: 4, part: [3, 0, 1, 1]),
      Case(width: 4, height: 2, size: [2, 4], shorterSide: 4, part: [0, 0, 4, 2]),
      Case(width: 5, height: 2, size: [2, 4], shorterSide: 4, part: [2, 1, 2, 1]),
    ])
  func parts(_ known: Case) throws {
    var settings = PreprocessingSettings()
    (settings.size, settings.crop, settings.shorterSide) = (known.size, known.crop, known.shorterSide)
    let preprocessing = try HandQuestion.network("max-pool").preprocessing(
      overrides: settings, origin: "test")
    // The two colors of a pixel tell its place.
    var image = Image(width: known.width, height: known.height, filledWith: Color(gray: 0))
    for y in 0..<known.height {
      for x in 0..<known.width { image[x, y] = Color(red: UInt8(x), green: UInt8(y), blue: 0) }
    }
    let part = try preprocessing.originalPart(of: image)
    let corner = part[0, 0]
    #expect([Int(corner.red), Int(corner.green), part.width, part.height] == known.part)
  }

  @Test("Figures have the pixels of the image, and the numbers stay")
  func figures() async throws {
    let shape: Shape = [1, 1, 2, 4]
    let explainer = try await Explainer(HandQuestion.network("max-pool"), inputShape: shape)
    let plain = try await explainer.attribution(
      of: Tensor(shape: shape, values: (0..<8).map(Float.init)), target: .unit(0))
    let image = Image(width: 900, height: 450, filledWith: Color(gray: 90))
    let large = plain.shown(on: image)
    #expect(large.values.values == plain.values.values)
    for image in [try large.overlay(), try large.mapImage(enlargedTo: image)] {
      #expect([image.width, image.height] == [900, 450])
    }
    var figures = [
      try large.figure(), try Figure(comparing: [[large, large]]), try Figure(sheet: [large, large]),
      try Figure(comparing: [[large]]), try Figure(sheet: [large], showsImage: false),
      try Figure(channelsOf: large),
    ]
    for index in figures.indices {
      #expect(figures[index].rows.joined().allSatisfy { $0.image.width == 900 })
      let reduced = try figures[index].rendered()
      figures[index].keepsImageSize = true
      let whole = try figures[index].rendered()
      #expect(whole.width > 900 && whole.width > reduced.width)
    }
  }

  @Test("A map is enlarged smoothly where the image is larger, and pixel by pixel where it is not")
  func smoothness() async throws {
    let shape: Shape = [1, 1, 2, 4]
    let explainer = try await Explainer(
      HandQuestion.network("max-pool"), modifier: .none, withRespectTo: 0, inputShape: shape)
    let plain = try await explainer.attribution(of: Tensor(shape: shape, values: (0..<8).map(Float.init)))
    func colors(_ attribution: Attribution) throws -> Int {
      let map = try Figure(comparing: [[attribution]]).rows[0][0].image
      return Set((0..<map.width).map { map[$0, 0] }).count
    }
    #expect(try colors(plain) <= 4)
    let image = Image(width: 400, height: 200, filledWith: Color(gray: 90))
    #expect(try colors(plain.shown(on: image)) >= colors(plain))
  }
}
