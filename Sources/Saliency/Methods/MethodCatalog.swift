/// A built-in method as it is chosen by name.
public struct MethodEntry: CatalogEntry {
  /// A parameter that can be set by name.
  public typealias Option = CatalogOption

  /// The name.
  public let name: String
  /// Other names that are in use.
  public let aliases: [String]
  /// One line about the method.
  public let summary: String
  /// Its parameters.
  public let options: [Option]
  /// Whether it follows attention, and so is for transformers alone.
  public let needsAttention: Bool
  /// Whether it is about a layer or one of its units, and not about the input alone.
  public let isForLayers: Bool
  /// Whether it is about a detector's box, and so for detectors alone.
  public let isForBoxes: Bool
  /// Whether the map is taken at a layer, which the option "layer" names: the methods of the CAM family.
  public var takesMapLayer: Bool { options.contains(.layers) }
  let make: @Sendable (MethodOptions) throws(SaliencyError) -> Method

  init(
    _ name: String, aliases: [String] = [], _ summary: String, options: [Option] = [],
    needsAttention: Bool = false, isForLayers: Bool = false,
    isForBoxes: Bool = false,
    make: @escaping @Sendable (MethodOptions) throws(SaliencyError) -> Method
  ) {
    (self.name, self.aliases, self.summary, self.options, self.make) = (name, aliases, summary, options, make)
    (self.needsAttention, self.isForLayers, self.isForBoxes) = (needsAttention, isForLayers, isForBoxes)
  }
}

/// The values of a method's options.
typealias MethodOptions = CatalogOptions

extension Method {
  /// The built-in methods, in the order in which they are listed.
  public static let catalog: [MethodEntry] =
    [
      MethodEntry("gradient", aliases: ["saliency", "vanilla-gradient"], "the true gradient ∂f/∂x") { _ in
        .gradient
      },
      MethodEntry(
        "guided", aliases: ["guided-backprop", "guided-backpropagation"],
        "guided backpropagation: rectifiers pass positive gradients where they are active"
      ) { _ in
        .guided
      },
      MethodEntry(
        "rectified", aliases: ["deconvnet", "deconvolution", "relu"],
        "rectified backpropagation: rectifiers pass positive gradients whatever the input"
      ) { _ in .rectified },
      MethodEntry(
        "input-x-gradient", aliases: ["gradient-x-input", "gradient-x-activation"],
        "x · ∂f/∂x, element by element, where x is the input or a layer's activation"
      ) { _ in Method(InputTimesGradient()) },
      IntegratedGradients.entry,
      BlurIntegratedGradients.entry,
      GuidedIntegratedGradients.entry,
      ExpectedGradients.entry,
    ] + DeepLIFT.entries + LayerwiseRelevance.entries + [
      CAM.entry,
      GradCAM.entry,
      GradCAMPlusPlus.entry,
      HiResCAM.entry,
      XGradCAM.entry,
      LayerCAM.entry,
      EigenCAM.entry,
      EigenGradCAM.entry,
      FinerCAM.entry,
      GuidedGradCAM.entry,
      ScoreCAM.entry,
      SSCAM.entry,
      ISCAM.entry,
      AblationCAM.entry,
      FullGrad.entry,
      RawAttention.entry,
      AttentionRollout.entry,
      GradientAttentionRollout.entry,
      Occlusion.entry,
      RISE.entry,
      DRISE.entry,
      LIME.entry,
      KernelSHAP.entry,
      ShapleySampling.entry,
      MeaningfulPerturbation.entry,
      XRAI.entry,
      InternalInfluence.entry,
      LayerConductance.entry,
      NeuronConductance.entry,
    ] + SmoothGrad.entries

  /// A built-in method as people write it: `NAME`, or with parameters `NAME:OPTION=VALUE:OPTION=VALUE`, such as
  /// `integrated-gradients:steps=100`.
  ///
  /// - Throws: `SaliencyError` where there is no such method or option, or a value is out of its range.
  public init(parsing text: String) throws(SaliencyError) {
    let (entry, options) = try CatalogOptions.parse(text, of: "method", in: Self.catalog)
    self = try entry.make(options)
  }
}
