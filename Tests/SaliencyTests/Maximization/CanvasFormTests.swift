import SaliencyCore
import SaliencyImage
import Testing

@testable import Saliency
import func SaliencyTestSupport.relativeError

@Suite("Canvases and inputs")
struct CanvasFormTests {
  private static func preprocessing(
    _ channelCount: Int, _ layout: ImageLayout, _ channels: Preprocessing.Channels, mean: [Float],
    standardDeviation: [Float]
  ) -> Preprocessing {
    Preprocessing(
      channelCount: channelCount, layout: layout, size: .init(value: [4, 5], origin: "test"),
      filter: .init(value: .bilinear, origin: "test"), crop: .init(value: .none, origin: "test"),
      shorterSide: .init(value: 4, origin: "test"), channels: .init(value: channels, origin: "test"),
      scale: .init(value: 1 / 255, origin: "test"), mean: .init(value: mean, origin: "test"),
      standardDeviation: .init(value: standardDeviation, origin: "test"))
  }

  static let preprocessings: [Preprocessing] = ImageLayout.allCases.flatMap { layout in
    [
      preprocessing(3, layout, .rgb, mean: [0.485, 0.456, 0.406], standardDeviation: [0.229, 0.224, 0.225]),
      preprocessing(3, layout, .bgr, mean: [0.4, 0.5, 0.6], standardDeviation: [0.1, 0.2, 0.3]),
      preprocessing(3, layout, .rgb, mean: [0.5], standardDeviation: [-0.5]),
      preprocessing(1, layout, .rgb, mean: [0.1], standardDeviation: [0.3]),
    ]
  }

  @Test(
    "An image's canvas becomes the input that preprocessing makes of it, and back", arguments: preprocessings
  )
  func input(_ preprocessing: Preprocessing) async throws {
    let image = Image(width: 5, height: 4, pixels: (0..<60).map { UInt8($0 * 4) })
    let expected = try preprocessing.tensor(ofVisiblePart: image)
    let form = CanvasForm(inputShape: expected.shape, preprocessing: preprocessing)
    let canvas = try form.canvas(of: image, size: [4, 5])
    #expect(canvas.shape == [1, preprocessing.channelCount, 4, 5] && form.size == [4, 5])
    let map = try await DifferentiableMap(of: canvas.shape, on: .shared) { canvas, _ in form.input(of: canvas)
    }
    let input = try await map(canvas)
    #expect(input.shape == expected.shape && relativeError(input.values, expected.values) < 1e-5)
    let inverse = try await DifferentiableMap(of: input.shape, on: .shared) { input, _ in
      form.canvas(of: input)
    }
    #expect(relativeError(try await inverse(input).values, canvas.values) < 1e-5)
    #expect(form.image(of: canvas) == (preprocessing.channelCount == 1 ? image.gray() : image))
  }

  @Test("Preprocessing of two numbers for three channels is refused")
  func numbers() async throws {
    let model = try Model(contentsOf: FixtureFolder.path + "/rules/plain.onnx")
    let wrong = Self.preprocessing(3, .channelsFirst, .rgb, mean: [0.1, 0.2], standardDeviation: [1])
    let error = await #expect(throws: SaliencyError.self) {
      _ = try await ActivationMaximization().maximize(.unit(0), in: model, preprocessing: wrong)
    }
    #expect(try #require(error).description.contains("2 numbers are given as mean"))
  }
}
