import Saliency
import Testing

@Suite("Methods by names of their own")
struct MethodFactoryTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let method: Saliency.Method
    /// The same as it is typed.
    let text: String
    var testDescription: String { text }

    init(_ method: Saliency.Method, _ text: String) { (self.method, self.text) = (method, text) }
  }

  static let cases: [Case] = [
    .init(.gradient, "gradient"), .init(.guided, "guided"), .init(.rectified, "rectified"),
    .init(.inputTimesGradient, "input-x-gradient"),
    .init(.integratedGradients(), "integrated-gradients"),
    .init(
      .integratedGradients(steps: 64, baseline: .constant(1)), "integrated-gradients:steps=64:baseline=1"),
    .init(.blurIntegratedGradients(steps: 20), "blur-ig:steps=20"),
    .init(.guidedIntegratedGradients(), "guided-ig"),
    .init(.expectedGradients(samples: 10, seed: 3), "expected-gradients:samples=10:seed=3"),
    .init(.deepLIFT(), "deeplift"), .init(.deepSHAP(baselines: [.constant(0), .constant(1)]), "deep-shap"),
    .init(.cam(), "cam"), .init(.gradCAM(), "grad-cam"),
    .init(.gradCAM(layer: "features"), "grad-cam:layer=features"),
    .init(.gradCAMPlusPlus(layer: "a"), "grad-cam++:layer=a"), .init(.hiResCAM(), "hires-cam"),
    .init(.xGradCAM(), "xgrad-cam"), .init(.layerCAM(layer: "a"), "layer-cam:layer=a"),
    .init(.eigenCAM(), "eigen-cam"), .init(.eigenGradCAM(), "eigengrad-cam"),
    .init(.finerCAM(classes: 2), "finer-cam:classes=2"), .init(.guidedGradCAM(), "guided-grad-cam"),
    .init(.scoreCAM(), "score-cam"), .init(.ssCAM(samples: 4), "ss-cam:samples=4"),
    .init(.isCAM(steps: 4), "is-cam:steps=4"), .init(.ablationCAM(), "ablation-cam"),
    .init(.fullGrad, "fullgrad"), .init(.rawAttention(block: 1), "attention:block=1"),
    .init(.attentionRollout(), "attention-rollout"),
    .init(.gradientAttentionRollout, "attention-gradient"),
    .init(.occlusion(window: 4, stride: 2), "occlusion:window=4:stride=2"),
    .init(.rise(masks: 5), "rise:masks=5"), .init(.dRISE(masks: 5), "d-rise:masks=5"),
    .init(.lime(samples: 9), "lime:samples=9"), .init(.kernelSHAP(), "kernel-shap"),
    .init(.shapleySampling(orders: 2), "shapley-sampling:orders=2"),
    .init(.meaningfulPerturbation(steps: 5), "meaningful-perturbation:steps=5"), .init(.xrai(), "xrai"),
    .init(.smoothGrad(samples: 4), "smoothgrad:samples=4"),
    .init(.smoothGrad(.variance), "vargrad"),
  ]

  @Test("A method by its own name is the one that is typed, with the same parameters", arguments: cases)
  func same(_ known: Case) throws {
    let typed = try Saliency.Method(parsing: known.text)
    #expect("\(known.method)" == "\(typed)")
  }

  @Test("Relevance by one rule and by a composite have the method's name")
  func relevance() {
    #expect(Saliency.Method.layerwiseRelevance(epsilon: 0).name == "lrp")
    #expect(Saliency.Method.layerwiseRelevance(.epsilonPlus()).name == "lrp-epsilon-plus")
  }
}
