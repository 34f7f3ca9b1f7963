import FoundationEssentials
import Saliency
import Testing

@testable import SaliencyAudit

@Suite("Numbers of maps")
struct MapNumbersTests {
  @Test("All of a map at one place")
  func onePlace() throws {
    var values = [Float](repeating: 0, count: 200)
    values[2 * 20 + 4] = -3
    let map = try HeatMap(width: 20, height: 10, values: values)
    let numbers = try #require(MapNumbers(map, mask: values.map { $0 != 0 }))
    #expect(numbers.inside == 1 && numbers.border == 0 && numbers.entropy == 0)
    #expect(abs(numbers.centerX - 4.5 / 20) < 1e-12 && abs(numbers.centerY - 0.25) < 1e-12)
    #expect(numbers.spread < 1e-8 && abs(numbers.sparseness - 199.0 / 200) < 1e-12)
  }

  @Test("A map that is the same everywhere, of either sign")
  func uniform() throws {
    let map = try HeatMap(width: 20, height: 10, values: (0..<200).map { $0 % 2 == 0 ? 0.5 : -0.5 })
    let numbers = try #require(MapNumbers(map, mask: (0..<200).map { $0 < 50 }))
    #expect(abs(numbers.inside! - 0.25) < 1e-12)
    // 16×8 of 20×10 places lie farther than a tenth from the edge.
    #expect(abs(numbers.border - 0.36) < 1e-12)
    #expect(abs(numbers.centerX - 0.5) < 1e-12 && abs(numbers.centerY - 0.5) < 1e-12)
    // The variance of the middles of n equal parts of 1 is (1 − 1/n²) / 12.
    #expect(abs(numbers.spread - ((1 - 1.0 / 400) / 12 + (1 - 1.0 / 100) / 12).squareRoot()) < 1e-12)
    #expect(abs(numbers.entropy - 5.298317366548036) < 1e-12 && abs(numbers.sparseness) < 1e-12)
  }

  @Test("A map of zeros has no shares, and one without a mask nothing inside")
  func zero() throws {
    let zeros = try HeatMap(width: 2, height: 2, values: [0, 0, 0, 0])
    #expect(MapNumbers(zeros, mask: nil) == nil)
    let map = try HeatMap(width: 2, height: 2, values: [1, 0, 0, 0])
    #expect(MapNumbers(map, mask: nil)?.inside == nil)
  }

  @Test(
    "A map is kept in half precision, at most 64 numbers a side",
    arguments: [(8, 4, 8, 4), (64, 64, 64, 64), (128, 64, 64, 32), (10, 300, 2, 64), (1, 1000, 1, 64)])
  func stored(_ width: Int, _ height: Int, _ keptWidth: Int, _ keptHeight: Int) throws {
    let values = (0..<width * height).map { Float(($0 * 37) % 101 - 50) * 1e-9 }
    let map = try HeatMap(width: width, height: height, values: values)
    let kept = try StoredMap(map)
    #expect((kept.width, kept.height) == (keptWidth, keptHeight))
    #expect(kept.values.count == 2 * keptWidth * keptHeight)
    let small = try map.resized(width: keptWidth, height: keptHeight)
    for (a, b) in zip(try kept.map().values, small.values) { #expect(abs(a - b) <= kept.scale * 0x1p-11) }
  }
}
