import FoundationEssentials
import Saliency
import Testing

/// Inputs as front ends have them: bytes that are prepared, then asked about.
@Suite("Prepared inputs")
struct PreparedInputTests {
  private static var model: Model {
    get throws { try Model(contentsOf: FixtureFolder.path + "/importer/final-softmax.onnx") }
  }

  /// An image whose pixels all differ.
  private static let image = Image(
    width: 12, height: 10, pixels: (0..<360).map { UInt8(truncatingIfNeeded: $0 * 37) })

  @Test("An input that is prepared from bytes is explained as its image is")
  func image() async throws {
    let model = try Self.model
    let bytes = try Self.image.encoded(as: .png)
    let prepared = try model.prepare(InputContents(decoding: bytes))
    let explainer = try await Explainer(model, Question(.unit(2)), inputShape: prepared.tensor.shape)
    let attribution = try await explainer.attribution(of: prepared)
    let other = try await explainer.attribution(of: Self.image, target: .unit(2))
    #expect(attribution.values.values == other.values.values)
    #expect(attribution.units[0].map(\.index) == [2])
    #expect(attribution.image == prepared.visiblePart && prepared.visiblePart != nil)
    let each = try await explainer.attributions(of: prepared, eachOf: .top(2))
    #expect(each.count == 2 && each.allSatisfy { $0.image != nil })
  }

  @Test("A report of it is read back as it was written")
  func report() async throws {
    let model = try Self.model
    let prepared = try model.prepare(.image(Self.image))
    let explainer = try await Explainer(model, Question(), inputShape: prepared.tensor.shape)
    let attribution = try await explainer.attribution(of: prepared)
    let report = ExplainReport(attribution, input: "photo.png", prepared: prepared, target: "top")
    #expect(report.targets[0][0].index == attribution.units[0][0].index)
    #expect(report.preprocessing?.size.value == [8, 8])
    let read = try ExplainReport(json: report.json())
    #expect(try read.json() == report.json())
    #expect(read.digest.sha256 == model.digest)
  }

  @Test(
    "A question says whether a loss of it names files",
    arguments: [("output:1@4", false), ("output:1@mask.png", true)])
  func files(loss: String, _ namesFiles: Bool) throws {
    let json = #"{"losses": ["\#(loss)"]}"#
    #expect(try JSONDecoder().decode(Question.self, from: Data(json.utf8)).namesFiles == namesFiles)
  }

  @Test(
    "A target says whether it names files",
    arguments: [("top:2", false), ("1@4x30", false), ("1@mask.png", true), ("2,1@folder/mask.npy", true)])
  func files(_ target: String, _ namesFiles: Bool) throws {
    #expect(try Target(parsing: target).namesFiles == namesFiles)
    #expect(try Question(Target(parsing: target)).namesFiles == namesFiles)
  }
}
