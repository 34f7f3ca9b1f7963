// Every built-in method by a name of its own, so that a question reads `.gradCAM(layer: "features/28")`. Parameters and their
// defaults are those of the method's type.

extension Method {
  /// Input × gradient; see ``InputTimesGradient``.
  public static let inputTimesGradient = Method(InputTimesGradient())

  /// Integrated gradients; see ``IntegratedGradients``.
  public static func integratedGradients(
    steps: Int = 50, baseline: Baseline = .zeros,
    quadrature: IntegratedGradients.Quadrature = .gaussLegendre
  ) -> Method {
    Method(IntegratedGradients(steps: steps, baseline: baseline, quadrature: quadrature))
  }

  /// Integrated gradients over blurred inputs; see ``BlurIntegratedGradients``.
  public static func blurIntegratedGradients(steps: Int = 100, largestDeviation: Float = 50) -> Method {
    Method(BlurIntegratedGradients(steps: steps, largestDeviation: largestDeviation))
  }

  /// Guided integrated gradients; see ``GuidedIntegratedGradients``.
  public static func guidedIntegratedGradients(
    steps: Int = 200, baseline: Baseline = .zeros, fraction: Float = 0.25, distance: Float = 0.02
  ) -> Method {
    Method(
      GuidedIntegratedGradients(steps: steps, baseline: baseline, fraction: fraction, distance: distance))
  }

  /// Expected gradients, or GradientSHAP; see ``ExpectedGradients``.
  public static func expectedGradients(
    samples: Int = 50, baselines: [Baseline] = [.zeros], noise: Float = 0, seed: UInt64 = 0
  ) -> Method {
    Method(ExpectedGradients(samples: samples, baselines: baselines, noise: noise, seed: seed))
  }

  /// SmoothGrad and its kin, by the statistic; see ``SmoothGrad``.
  public static func smoothGrad(
    _ statistic: SmoothGrad.Statistic = .mean, samples: Int = 50, noise: Float = 0.15, seed: UInt64 = 0
  ) -> Method {
    Method(SmoothGrad(statistic, samples: samples, noise: noise, seed: seed))
  }

  /// DeepLIFT; see ``DeepLIFT``.
  public static func deepLIFT(baseline: Baseline = .zeros, rule: DeepLIFT.Rule = .rescale) -> Method {
    Method(DeepLIFT(baseline: baseline, rule: rule))
  }

  /// DeepSHAP, the mean of DeepLIFT over baselines; see ``DeepLIFT/init(baselines:rule:)``.
  ///
  /// - Precondition: there is at least one baseline.
  public static func deepSHAP(baselines: [Baseline], rule: DeepLIFT.Rule = .rescale) -> Method {
    Method(DeepLIFT(baselines: baselines, rule: rule))
  }

  /// Layer-wise relevance propagation by a composite of rules; see ``LayerwiseRelevance``.
  public static func layerwiseRelevance(_ composite: RelevanceComposite) -> Method {
    Method(LayerwiseRelevance(composite))
  }

  /// Layer-wise relevance propagation by the ε-rule; see ``LayerwiseRelevance/init(epsilon:)``.
  ///
  /// - Precondition: `epsilon` is not negative.
  public static func layerwiseRelevance(epsilon: Float = RelevanceRule.stabilizer) -> Method {
    Method(LayerwiseRelevance(epsilon: epsilon))
  }
}

/// Maps that are taken at a layer: the usual one where none is named. For several layers there is each method's own type.
extension Method {
  private static func list(_ layer: LayerReference?) -> [LayerReference] { layer.map { [$0] } ?? [] }

  /// Class activation mapping; see ``CAM``.
  public static func cam(layer: LayerReference? = nil) -> Method {
    Method(CAM(layers: list(layer)))
  }

  /// Grad-CAM; see ``GradCAM``.
  public static func gradCAM(layer: LayerReference? = nil) -> Method {
    Method(GradCAM(layers: list(layer)))
  }

  /// Grad-CAM++; see ``GradCAMPlusPlus``.
  public static func gradCAMPlusPlus(layer: LayerReference? = nil) -> Method {
    Method(GradCAMPlusPlus(layers: list(layer)))
  }

  /// HiResCAM; see ``HiResCAM``.
  public static func hiResCAM(layer: LayerReference? = nil) -> Method {
    Method(HiResCAM(layers: list(layer)))
  }

  /// XGrad-CAM; see ``XGradCAM``.
  public static func xGradCAM(layer: LayerReference? = nil) -> Method {
    Method(XGradCAM(layers: list(layer)))
  }

  /// LayerCAM; see ``LayerCAM``.
  public static func layerCAM(layer: LayerReference? = nil) -> Method {
    Method(LayerCAM(layers: list(layer)))
  }

  /// Eigen-CAM; see ``EigenCAM``.
  public static func eigenCAM(layer: LayerReference? = nil) -> Method {
    Method(EigenCAM(layers: list(layer)))
  }

  /// Eigen-Grad-CAM; see ``EigenGradCAM``.
  public static func eigenGradCAM(layer: LayerReference? = nil) -> Method {
    Method(EigenGradCAM(layers: list(layer)))
  }

  /// Guided Grad-CAM; see ``GuidedGradCAM``.
  public static func guidedGradCAM(layer: LayerReference? = nil) -> Method {
    Method(GuidedGradCAM(layers: list(layer)))
  }

  /// Score-CAM; see ``ScoreCAM``.
  public static func scoreCAM(layer: LayerReference? = nil) -> Method {
    Method(ScoreCAM(layers: list(layer)))
  }

  /// Ablation-CAM; see ``AblationCAM``.
  public static func ablationCAM(layer: LayerReference? = nil) -> Method {
    Method(AblationCAM(layers: list(layer)))
  }

  /// Finer-CAM; see ``FinerCAM``.
  public static func finerCAM(
    layer: LayerReference? = nil, classes: Int = 3, strength: Float = 1
  ) -> Method {
    Method(FinerCAM(layers: list(layer), classes: classes, strength: strength))
  }

  /// SS-CAM; see ``SSCAM``.
  public static func ssCAM(
    layer: LayerReference? = nil, samples: Int = 10, noise: Float = 2, seed: UInt64 = 0
  ) -> Method {
    Method(SSCAM(layers: list(layer), samples: samples, noise: noise, seed: seed))
  }

  /// IS-CAM; see ``ISCAM``.
  public static func isCAM(layer: LayerReference? = nil, steps: Int = 10) -> Method {
    Method(ISCAM(layers: list(layer), steps: steps))
  }

  /// FullGrad; see ``FullGrad``.
  public static let fullGrad = Method(FullGrad())
}

/// Attention of transformers.
extension Method {
  /// The attention of a block as it is; see ``RawAttention``.
  public static func rawAttention(block: Int = -1) -> Method { Method(RawAttention(block: block)) }

  /// Attention rollout; see ``AttentionRollout``.
  public static func attentionRollout(heads: AttentionRollout.Heads = .mean) -> Method {
    Method(AttentionRollout(heads: heads))
  }

  /// Attention rollout weighted by gradients; see ``GradientAttentionRollout``.
  public static let gradientAttentionRollout = Method(GradientAttentionRollout())
}

/// Methods that hide, show or change parts of the input.
extension Method {
  /// Occlusion; see ``Occlusion``.
  public static func occlusion(
    window: Int? = nil, stride: Int? = nil, baseline: Baseline = .zeros
  ) -> Method {
    Method(Occlusion(window: window, stride: stride, baseline: baseline))
  }

  /// RISE; see ``RISE``.
  public static func rise(
    masks: Int = 2_000, cells: Int = 7, share: Float = 0.5, seed: UInt64 = 0
  ) -> Method {
    Method(RISE(masks: masks, cells: cells, share: share, seed: seed))
  }

  /// D-RISE, for a detector's boxes; see ``DRISE``.
  public static func dRISE(
    masks: Int = 2_000, cells: Int = 16, share: Float = 0.5, seed: UInt64 = 0
  ) -> Method {
    Method(DRISE(masks: masks, cells: cells, share: share, seed: seed))
  }

  /// LIME; see ``LIME``.
  public static func lime(
    superpixels: Superpixels = .slic(count: 50), samples: Int = 1_000, baseline: Baseline = .zeros,
    width: Float = 0.25, penalty: Float = 1, seed: UInt64 = 0
  ) -> Method {
    Method(
      LIME(
        superpixels: superpixels, samples: samples, baseline: baseline, width: width, penalty: penalty,
        seed: seed))
  }

  /// KernelSHAP; see ``KernelSHAP``.
  public static func kernelSHAP(
    superpixels: Superpixels = .slic(count: 50), samples: Int = 1_000, baseline: Baseline = .zeros,
    seed: UInt64 = 0
  ) -> Method {
    Method(KernelSHAP(superpixels: superpixels, samples: samples, baseline: baseline, seed: seed))
  }

  /// Shapley values by sampled orders; see ``ShapleySampling``.
  public static func shapleySampling(
    superpixels: Superpixels = .slic(count: 50), orders: Int = 25, baseline: Baseline = .zeros,
    seed: UInt64 = 0
  ) -> Method {
    Method(ShapleySampling(superpixels: superpixels, orders: orders, baseline: baseline, seed: seed))
  }

  /// Meaningful perturbation; see ``MeaningfulPerturbation``.
  public static func meaningfulPerturbation(
    steps: Int = 100, copies: Int = 4, cells: Int = 28, area: Float = 1, roughness: Float = 2,
    baseline: Baseline = .blur(), seed: UInt64 = 0
  ) -> Method {
    Method(
      MeaningfulPerturbation(
        steps: steps, copies: copies, cells: cells, area: area, roughness: roughness, baseline: baseline,
        seed: seed))
  }

  /// XRAI; see ``XRAI``.
  public static func xrai(steps: Int = 50, counts: [Int] = [25, 50, 100, 200, 400]) -> Method {
    Method(XRAI(steps: steps, counts: counts))
  }
}

/// Methods about layers and their units.
extension Method {
  /// Internal influence; see ``InternalInfluence``.
  public static func internalInfluence(
    steps: Int = 50, baseline: Baseline = .zeros,
    quadrature: IntegratedGradients.Quadrature = .gaussLegendre
  ) -> Method {
    Method(InternalInfluence(steps: steps, baseline: baseline, quadrature: quadrature))
  }

  /// Conductance of a layer; see ``LayerConductance``.
  public static func layerConductance(
    steps: Int = 50, baseline: Baseline = .zeros, quadrature: LayerConductance.Quadrature = .trapezoid
  ) -> Method {
    Method(LayerConductance(steps: steps, baseline: baseline, quadrature: quadrature))
  }

  /// Conductance of a unit of a layer; see ``NeuronConductance``.
  public static func neuronConductance(
    layer: LayerReference? = nil, unit: Int, place: [Int] = [], steps: Int = 50,
    baseline: Baseline = .zeros, quadrature: IntegratedGradients.Quadrature = .gaussLegendre
  ) -> Method {
    Method(
      NeuronConductance(
        layer: layer, unit: unit, place: place, steps: steps, baseline: baseline, quadrature: quadrature))
  }
}
