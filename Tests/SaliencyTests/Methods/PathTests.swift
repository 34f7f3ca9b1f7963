import SaliencyCore
import Testing

@testable import Saliency
import func SaliencyTestSupport.relativeError

/// Integrated gradients along other paths. The network 'weights-2' is y = w · x with w = (1, −2, 0, ½), element by element.
@Suite("Paths to the input")
struct PathTests {
  private static func attribution(_ method: some SamplingMethod) async throws -> [Float] {
    let model = try Model(contentsOf: FixtureFolder.path + "/questions/weights-2.onnx")
    let explainer = try await Explainer(model, method: Method(method), inputShape: [1, 4])
    let input = Tensor(shape: [1, 4], values: [1, 2, 3, 4])
    return try await explainer.attribution(of: input, target: .units([0, 1, 2, 3])).values.values
  }

  @Test(
    "Guided integrated gradients of a linear network are exact, whichever way the path takes",
    arguments: [1, 2, 7], [(0.25, 0.02), (0.5, 1), (1, 0), (0.001, 0.3)] as [(Float, Float)])
  func linear(steps: Int, path: (fraction: Float, distance: Float)) async throws {
    for (baseline, expected) in [
      (Baseline.zeros, [1, -4, 0, 2] as [Float]), (.constant(1), [0, -2, 0, 1.5]),
      (.tensor(Tensor(shape: [1, 4], values: [1, 2, 3, 4])), [0, 0, 0, 0]),
    ] {
      let values = try await Self.attribution(
        GuidedIntegratedGradients(
          steps: steps, baseline: baseline, fraction: path.fraction, distance: path.distance))
      #expect(relativeError(values, expected) < 1e-6, "\(values)")
    }
  }

  @Test("Blur integrated gradients sum up to the difference to the most blurred input")
  func blurred() async throws {
    let values = try await Self.attribution(BlurIntegratedGradients(steps: 2_000, largestDeviation: 3))
    let end = GaussianBlur([1, 4], channelAxis: nil)([1, 2, 3, 4], standardDeviation: 3)
    // w · (x − L), element by element, as the network is linear.
    let expected = zip([1, -2, 0, 0.5], zip([1, 2, 3, 4], end)).map { Float($0 * ($1.0 - $1.1)) }
    #expect(relativeError(values, expected) < 1e-2, "\(values) instead of \(expected)")
  }

  @Test("A blur spreads an element symmetrically, keeps the sum inside, and leaves channels and batch alone")
  func blur() {
    var values = [Double](repeating: 0, count: 2 * 3 * 41)
    values[41 + 20] = 1
    let blurred = GaussianBlur([2, 3, 41], channelAxis: 1)(values, standardDeviation: 2)
    let row = blurred[41..<82].map { $0 }
    #expect(abs(row.reduce(0, +) - 1) < 1e-12 && blurred.reduce(0, +) == row.reduce(0, +))
    for distance in 0...8 { #expect(row[20 - distance] == row[20 + distance] && row[20 + distance] > 0) }
    #expect(
      row[29] == 0
        && GaussianBlur([4], channelAxis: nil)([1, 2, 3, 4], standardDeviation: 0) == [1, 2, 3, 4])
  }
}
