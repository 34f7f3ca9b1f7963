public import SaliencyCore

/// How the gradient is propagated back.
public struct Method: Sendable {
  /// What the method is called in reports.
  public let name: String
  /// What stands in for the true derivative, nil for the gradient itself.
  public let rule: BackpropRule?
  /// Whether it is one of ``all`` and no rule of the user's own.
  let isBuiltIn: Bool

  private init(name: String, rule: BackpropRule?, isBuiltIn: Bool = true) {
    self.name = name
    self.rule = rule
    self.isBuiltIn = isBuiltIn
  }

  /// The true gradient (Simonyan et al., "Deep Inside Convolutional Networks", 2014).
  public static let gradient = Method(name: "gradient", rule: nil)
  /// Guided backpropagation: negative gradients stop at rectifiers, and so do inactive units.
  public static let guided = Method(name: "guided", rule: .guided)
  /// Rectified backpropagation, or "deconvnet": negative gradients stop at rectifiers.
  public static let rectified = Method(name: "rectified", rule: .rectified)

  /// A rule of the user's own.
  public static func custom(_ rule: BackpropRule) -> Method {
    Method(name: rule.name, rule: rule, isBuiltIn: false)
  }

  /// The built-in methods.
  public static let all: [Method] = [.gradient, .guided, .rectified]

  /// A built-in method by its name or another name that is in use; nil where there is none.
  public init?(named name: String) {
    switch name {
    case "gradient": self = .gradient
    case "guided": self = .guided
    case "rectified", "deconvnet", "relu": self = .rectified
    default: return nil
    }
  }
}
