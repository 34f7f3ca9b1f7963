import Foundation
import Saliency
import Testing

@testable import SaliencyExamples

private let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  .deletingLastPathComponent().path

/// The examples of the documentation, run as they are.
@Suite("The examples")
struct ExampleTests {
  private static let files = Files(output: NSTemporaryDirectory(), repository: package)

  @Test(
    "each draws the image that its page shows",
    arguments: Example.all.filter { $0.isReproducible }.map(\.name))
  func drawing(name: String) async throws {
    let example = try #require(Example.all.first { $0.name == name })
    let missing = example.fetched.filter { !FileManager.default.fileExists(atPath: package + "/" + $0) }
    guard missing.isEmpty else {
      print("SKIPPED: example \(name): \(missing.joined(separator: ", ")) is missing; 'make demo' fetches it")
      return
    }
    let folder = NSTemporaryDirectory() + "/saliency-examples-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try await example.run(Files(output: folder, repository: package))
    let drawn = try FileManager.default.contentsOfDirectory(atPath: folder)
    #expect(!drawn.isEmpty)
    for image in drawn {
      let shown = try Image(contentsOf: package + "/Sources/Saliency/Saliency.docc/Resources/" + image)
      let new = try Image(contentsOf: folder + "/" + image)
      #expect(shown.width == new.width && shown.height == new.height, "\(image) has another size")
      // A map in another one's place changes an image of many maps by little more than that.
      #expect(difference(shown, new) < 0.5, "\(image) looks different; run 'make examples'")
    }
  }

  /// The mean difference of two images' numbers.
  private func difference(_ a: Image, _ b: Image) -> Double {
    guard a.pixels.count == b.pixels.count else { return .infinity }
    let sum = zip(a.pixels, b.pixels).reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) }
    return Double(sum) / Double(a.pixels.count)
  }
}
