import FileAccess
import Saliency
import SaliencyImage
import Testing

/// Names of methods, metrics, modifiers and color maps as people type them.
@Suite("Names forgive")
struct NameTests {
  static let methods = [
    ("gradcam", "grad-cam"), ("Grad-CAM", "grad-cam"), ("grad_cam", "grad-cam"), ("GradCAM", "grad-cam"),
    ("GradCAM++", "grad-cam++"), ("gradcam_plus_plus", "grad-cam++"), ("smooth grad", "smoothgrad"),
    ("Integrated_Gradients", "integrated-gradients"), ("IG", "integrated-gradients"),
    ("DeepLift", "deeplift"), ("DeepLiftShap", "deep-shap"), ("GradientShap", "expected-gradients"),
    ("Saliency", "gradient"), ("GuidedBackprop", "guided"), ("Deconvolution", "rectified"),
    ("InputXGradient", "input-x-gradient"), ("KernelShap", "kernel-shap"), ("LayerCAM", "layer-cam"),
    ("ShapleyValueSampling", "shapley-sampling"), ("XGradCAM", "xgrad-cam"), ("RISE", "rise"),
    ("Integrated Gradients : Steps = 7 : Quadrature = Trapezoid", "integrated-gradients"),
    ("lrp:Composite=EpsilonPlusFlat:Biases=Ignore", "lrp"),
    ("occlusion:baseline=Mean", "occlusion"),
  ]

  @Test(
    "A method is found whatever the case and the separators of its name, options and words",
    arguments: methods)
  func method(typed: String, name: String) throws {
    #expect(try Saliency.Method(parsing: typed).name == name)
  }

  @Test("A name that several methods share in part is asked about, not guessed")
  func ambiguous() {
    let error = #expect(throws: SaliencyError.self) { try Saliency.Method(parsing: "SHAP") }
    for name in ["'deep-shap'", "'kernel-shap'", "'shapley-sampling'"] {
      #expect(error?.description.contains(name) == true, "\(error?.description ?? "")")
    }
  }

  @Test(
    "A metric is found so",
    arguments: [("Pointing_Game", "pointing-game"), ("ROAD", "road"), ("Max Sensitivity", "max-sensitivity")])
  func metric(typed: String, name: String) throws {
    #expect(try MetricEntry.metric(parsing: typed).name == name)
  }

  @Test("A gradient modifier is found so", arguments: [("small_values", "small-values"), ("ReLU", "relu")])
  func modifier(typed: String, name: String) {
    #expect(GradientModifier(named: typed)?.name == name)
  }

  @Test(
    "A color map is found so",
    arguments: [
      ("Blue_White_Red", "blue-white-red"), ("bwr", "blue-white-red"), ("Gray", "gray"), ("Grey", "gray"),
      ("INFERNO", "inferno"),
    ])
  func colorMap(typed: String, name: String) throws {
    #expect(try ColorMap(named: typed).name == name)
  }

  @Test("No two names of one list are the same without case and separators")
  func collisions() {
    func names(_ entries: [some CatalogEntry]) -> [String] { entries.flatMap { [$0.name] + $0.aliases } }
    var lists = [
      names(Saliency.Method.catalog), names(MetricEntry.catalog), GradientModifier.all.map(\.name),
      ColorMap.all.map(\.name) + ["grey", "bwr"],
    ]
    lists += Saliency.Method.catalog.map { $0.options.map(\.name) }
    lists += MetricEntry.catalog.map { $0.options.map(\.name) }
    for list in lists {
      #expect(Set(list.map { LooseName($0) }).count == list.count, "\(list)")
    }
  }
}
