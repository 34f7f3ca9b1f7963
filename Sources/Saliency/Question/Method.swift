public import SaliencyCore

/// How an output is attributed to parts of the input: a built-in method, or one of the user's own.
public struct Method: Sendable {
  /// What the method is called in reports.
  public let name: String
  /// The modifier that is applied where none is asked for.
  public let defaultModifier: GradientModifier
  let recipe: Recipe

  enum Recipe: Sendable {
    case graph(any GraphMethod)
    case sampling(any SamplingMethod)
  }

  /// A method that is one formula over a graph.
  public init(_ method: some GraphMethod) {
    (name, defaultModifier, recipe) = (method.name, method.defaultModifier, .graph(method))
  }

  /// A method that runs the network on many inputs.
  public init(_ method: some SamplingMethod) {
    (name, defaultModifier, recipe) = (method.name, method.defaultModifier, .sampling(method))
  }

  /// The true gradient; see ``Gradient``.
  public static let gradient = Method(Gradient())
  /// Guided backpropagation; see ``Gradient/guided``.
  public static let guided = Method(Gradient.guided)
  /// Rectified backpropagation, or "deconvnet"; see ``Gradient/rectified``.
  public static let rectified = Method(Gradient.rectified)

  /// A rule of the user's own.
  public static func custom(_ rule: BackpropRule) -> Method { Method(Gradient(rule: rule)) }

  /// The three ways back through rectifiers: gradient, guided and rectified.
  public static let backpropagations: [Method] = [.gradient, .guided, .rectified]

  /// The method's own parameters.
  var body: any AttributionMethod {
    switch recipe {
    case .graph(let method): method
    case .sampling(let method): method
    }
  }

  /// Whether a formula of the user's own has a part in it.
  var isCustom: Bool {
    switch recipe {
    case .graph(let method): (method as? Gradient)?.isCustom ?? false
    case .sampling: false
    }
  }
}
