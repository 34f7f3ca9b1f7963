public import SaliencyCore

/// The gradient of what is explained: ∂f/∂x (Simonyan et al., "Deep Inside Convolutional Networks", 2014), with the derivatives that a
/// rule replaces.
public struct Gradient: GraphMethod {
  public var takesSeveralInputs: Bool { true }
  public let name: String
  /// What stands in for the true derivative, nil for the gradient itself.
  public let rule: BackpropRule?
  private let matching: String
  /// Whether the rule is one of the user's own.
  let isCustom: Bool

  /// The true gradient, or that of a rule of the user's own, which has to match a node.
  public init(rule: BackpropRule? = nil) {
    self.init(
      name: rule?.name ?? "gradient", rule: rule, matching: "node that it matches", isCustom: rule != nil)
  }

  private init(name: String, rule: BackpropRule?, matching: String, isCustom: Bool) {
    (self.name, self.rule, self.matching, self.isCustom) = (name, rule, matching, isCustom)
  }

  /// Guided backpropagation: negative gradients stop at rectifiers, and so do inactive units.
  public static let guided = rectifierRule(.guided)
  /// Rectified backpropagation, or "deconvnet": negative gradients stop at rectifiers.
  public static let rectified = rectifierRule(.rectified)

  private static func rectifierRule(_ rule: BackpropRule) -> Gradient {
    Gradient(name: rule.name, rule: rule, matching: "rectifier (ReLU, ReLU6)", isCustom: false)
  }

  /// The magnitude.
  public var defaultModifier: GradientModifier { .absolute }

  /// The derivative, unless a rule stands in for it.
  public var guarantee: AttributionGuarantee { rule == nil ? .derivative : .nothing }
  public var isPerUnit: Bool { true }

  public func attribution(_ context: MethodContext) throws -> Value {
    try context.gradient(rule: rule, matching: matching)
  }
}
