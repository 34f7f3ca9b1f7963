import SaliencyCore
import Testing

@testable import Saliency

/// The same bytes whatever the number of threads, of samples that run at once, and of items in a batch.
@Suite("Seeded runs give the same bytes however they are run")
struct ReproducibilityTests {
  static let ofAll = [
    "gradient", "input-x-gradient", "integrated-gradients:steps=11", "blur-ig:steps=11", "guided-ig:steps=5",
    "expected-gradients:samples=11:noise=0.1", "deeplift", "deeplift:rule=reveal-cancel", "deep-shap", "lrp",
    "excitation-backprop", "deep-taylor", "occlusion:window=3",
    "kernel-shap:samples=60:count=9",
    "lime:samples=60:count=9:regions=grid", "shapley-sampling:orders=3:count=9",
    "internal-influence:steps=11",
    "layer-conductance:steps=11", "smoothgrad:samples=11", "smoothgrad-squared:samples=11",
    "vargrad:samples=11",
  ]
  static let ofImages = [
    "grad-cam", "grad-cam++", "hires-cam", "xgrad-cam", "layer-cam", "eigen-cam", "eigengrad-cam",
    "finer-cam", "score-cam", "ss-cam:samples=2", "is-cam:steps=2", "ablation-cam", "fullgrad",
    "meaningful-perturbation:steps=3:cells=7", "xrai:steps=5", "rise:masks=30", "neuron-conductance:steps=11",
  ]
  static let ofRectifiers = ["guided", "rectified", "guided-grad-cam"]

  static let questions: [(network: String, methods: [String])] = [
    ("rules/plain", ofAll + ofImages + ofRectifiers),
    // No mask lowers the score of 'residual'.
    ("rules/residual", ofAll + ofImages.filter { !$0.hasPrefix("meaningful-perturbation") }),
    ("rules/multilabel", ofAll), ("relevance/residuals", ["lrp", "ablation-cam", "smoothgrad:samples=11"]),
  ]

  @Test("Threads, samples at once and items of a batch change nothing", arguments: questions)
  func bytes(network: String, methods: [String]) async throws {
    let path = FixtureFolder.path + "/" + network
    let model = try Model(contentsOf: path + ".onnx")
    let batch = try Tensor(contentsOf: path + ".input.npy")
    let (one, two) = (try Executor(threadCount: 1), try Executor(threadCount: 2))
    for method in methods {
      func values(_ input: Tensor, _ executor: Executor, samplesAtOnce: Int) async throws -> [Float] {
        try await BatchedPlan.$defaultPartCount.withValue(samplesAtOnce) {
          let explainer = try await Explainer(
            model, method: Method(parsing: method), modifier: .none, inputShape: input.shape,
            executor: executor)
          return try await explainer.attribution(of: input, target: .unit(2)).values.values
        }
      }
      let expected = try await values(batch, one, samplesAtOnce: 8)
      #expect(expected.contains { $0 != 0 }, "\(method)")
      #expect(try await values(batch, two, samplesAtOnce: 8) == expected, "\(method), two threads")
      #expect(try await values(batch, one, samplesAtOnce: 3) == expected, "\(method), three samples at once")
      #expect(try await values(batch, two, samplesAtOnce: 1) == expected, "\(method), one sample at once")
      var items: [Float] = []
      for item in batch.items(2) { items += try await values(item, two, samplesAtOnce: 8) }
      #expect(items == expected, "\(method), items one by one")
    }
  }

  @Test(
    "Every method is asked but those that need attention or a box, or a mean and a linear layer at the end")
  func catalog() {
    let asked = Self.questions.flatMap(\.methods).map { $0.split(separator: ":")[0] }
    let all = Saliency.Method.catalog.filter { !$0.needsAttention && !$0.isForBoxes && $0.name != "cam" }
      .map(\.name)
    #expect(Set(all).subtracting(asked.map(String.init)).isEmpty)
  }
}
