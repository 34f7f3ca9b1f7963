import SaliencyCore
import SaliencyImage
import SaliencyTestSupport
import Testing

@testable import Saliency

/// What is asked of maps of classes beside single targets: shares of the image, regions in figures, weights, and losses at places.
@Suite("Segmentations")
struct SegmentationQuestionTests {
  private static let path = FixtureFolder.path + "/axes/segmentation"

  private static func asked(_ question: Question) async throws -> Attribution {
    let input = try Tensor(contentsOf: path + ".input.npy")
    return try await Explainer(Model(contentsOf: path + ".onnx"), question, inputShape: input.shape)
      .attribution(of: input)
  }

  static let losses: [(String, String)] = [
    ("output:2@4x5", "2@4x5"), ("output:0@sum:0.5", "0@sum"), ("output:1@MASK", "1@MASK"),
    ("output:1:2", "1"),
    ("output:-1@0x8", "3@0x8"),
  ]

  @Test("A loss at a place is the target at that place", arguments: losses)
  func lossAtPlace(_ loss: String, _ target: String) async throws {
    func named(_ text: String) -> String {
      text.replacing("MASK", with: FixtureFolder.path + "/axes/mask.npy")
    }
    let parsed = try Loss.parsing(named(loss))
    let byLoss = try await Self.asked(Question(losses: [(parsed.loss, parsed.weight)], modifier: .none))
    let byTarget = try await Self.asked(Question(try Target(parsing: named(target)), modifier: .none))
    let expected = byTarget.values.values.map { $0 * parsed.weight }
    #expect(relativeError(byLoss.values.values, expected) < 1e-6)
  }

  @Test(
    "Losses at places that scores decide, or that are none, are refused",
    arguments: ["predicted", "strongest", "9x9", "3", "here"])
  func refusedPlaces(_ place: String) async throws {
    await #expect(throws: SaliencyError.self) {
      let parsed = try Loss.parsing("output:2@\(place)")
      _ = try await Self.asked(Question(losses: [(parsed.loss, 1)]))
    }
  }

  @Test("Weights of all numbers are the same as the targets that they stand for")
  func weighted() async throws {
    var weights = [Float](repeating: 0, count: 4 * 72)
    weights[2 * 72 + 4 * 9 + 5] = 1
    weights[72] = -0.5
    let byWeights = try await Self.asked(
      Question(.weighted(Tensor(shape: [1, 4, 8, 9], values: weights)), modifier: .none))
    let first = try await Self.asked(Question(.unit(2, at: .index(4, 5)), modifier: .none))
    let second = try await Self.asked(Question(.unit(1, at: .index(0, 0)), modifier: .none))
    let expected = zip(first.values.values, second.values.values).map { $0 - 0.5 * $1 }
    #expect(relativeError(byWeights.values.values, expected) < 1e-6)
    #expect(byWeights.units[0].map(\.index) == [1, 2])
    let scores = byWeights.units[0].map(\.score)
    #expect(relativeError(scores, [-0.5 * second.units[0][0].score, first.units[0][0].score]) < 1e-6)
    #expect(!byWeights.provenance.question.isWritable)
    for wrong in [
      Tensor(shape: [1, 4, 8, 8], values: [Float](repeating: 1, count: 256)),
      Tensor(shape: [1, 4, 8, 9], values: [Float](repeating: 0, count: 288)),
      Tensor(shape: [1, 4, 8, 9], values: [Float](repeating: .nan, count: 288)),
    ] {
      await #expect(throws: SaliencyError.self) { _ = try await Self.asked(Question(.weighted(wrong))) }
    }
  }

  @Test("Shares are those of the pixels that each class wins, the largest first")
  func classShares() async throws {
    let input = try Tensor(contentsOf: Self.path + ".input.npy")
    let model = try Model(contentsOf: Self.path + ".onnx")
    let predictor = try await Predictor(model, inputShape: input.shape)
    let labels = Labels(["sky", "road", "car", "tree"])
    let prediction = try await predictor.predictions(of: input, labels: labels)[0]
    let shares = try #require(prediction.shares)
    #expect(
      shares.reduce(0) { $0 + $1.count } == 72 && shares.map(\.count) == shares.map(\.count).sorted(by: >))
    for share in shares {
      let unit = try await Self.asked(Question(.unit(share.index, at: .predicted))).units[0][0]
      #expect(unit.place == "mean where it wins, \(share.count) of 72 places")
      #expect(share.share == Double(share.count) / 72 && share.name == labels.name(of: share.index))
    }
    // A signal's steps are no image.
    let signal = FixtureFolder.path + "/axes/signs"
    let steps = try Tensor(contentsOf: signal + ".input.npy")
    let other = try await Predictor(Model(contentsOf: signal + ".onnx"), inputShape: steps.shape)
    #expect(try await other.predictions(of: steps)[0].shares == nil)
  }

  static let regions: [(String, Bool)] = [
    ("2@4x5", true), ("2@predicted", true), ("1@MASK", true), ("3@strongest", true), ("1", false),
    ("0@sum", false),
  ]

  @Test("Figures outline what is asked about, and nothing where everything is", arguments: regions)
  func outlines(_ target: String, _ isOutlined: Bool) async throws {
    let text = target.replacing("MASK", with: FixtureFolder.path + "/axes/mask.npy")
    let attribution = try await Self.asked(Question(try Target(parsing: text)))
    let image = try attribution.inputImage()
    let shown = try attribution.outlining(image, item: 0)
    #expect((shown != image) == isOutlined)
    _ = try attribution.figure().rendered()
  }
}
