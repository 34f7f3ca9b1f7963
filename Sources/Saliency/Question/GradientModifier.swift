import FileAccess
public import SaliencyCore

/// What is done to the gradient, element by element, after the backward pass.
public struct GradientModifier: Sendable {
  /// What the modifier is called in reports.
  public let name: String
  /// Whether results have a sign worth showing.
  public let isSigned: Bool
  let origin: Origin
  private let body: @Sendable (Value) -> Value

  /// Where a modifier comes from, whatever it is called.
  enum Origin: Sendable {
    /// Stands for the one that is usual for the method.
    case `default`
    /// Changes nothing.
    case identity
    case builtIn
    case custom
  }

  /// A modifier of the user's own, as operations on the gradient.
  ///
  /// - Parameters:
  ///   - name: what it is called in reports.
  ///   - isSigned: whether results have a sign worth showing.
  ///   - body: the modified gradient, of the same shape.
  public init(_ name: String, isSigned: Bool = true, _ body: @escaping @Sendable (Value) -> Value) {
    self.init(name, isSigned: isSigned, .custom, body)
  }

  private init(
    _ name: String, isSigned: Bool = true, _ origin: Origin, _ body: @escaping @Sendable (Value) -> Value
  ) {
    (self.name, self.isSigned, self.origin, self.body) = (name, isSigned, origin, body)
  }

  /// What is usual for the method: ``absolute`` for gradients, ``none`` for methods whose results have a meaning as they are.
  ///
  /// Reports name the modifier that it stands for.
  public static let `default` = GradientModifier("default", .default) { $0 }

  /// The modifier itself, or the one that it stands for.
  func resolved(for method: Method) -> GradientModifier {
    if case .default = origin { method.defaultModifier } else { self }
  }

  /// Whether it can make zeros of other numbers, as far as is known.
  var mayCutOff: Bool { name == Self.relu.name || origin == .custom }

  /// Keeps division by a zero gradient finite.
  private static let epsilon: Float = 1e-7

  /// g
  public static let none = GradientModifier("none", .identity) { $0 }
  /// |g|: what changes the output most, whichever way
  public static let absolute = GradientModifier("absolute", isSigned: false, .builtIn) { $0.magnitude() }
  /// −g: what decreases the output. Its images show where it is positive, as those of the other questions do.
  public static let negate = GradientModifier("negate", isSigned: false, .builtIn) { -$0 }
  /// max(g, 0): what increases the output
  public static let relu = GradientModifier("relu", isSigned: false, .builtIn) {
    $0.applying(Maximum(), $0.builder.constant(Tensor(0)))
  }
  /// 1 / (g + 1e-7)
  public static let invert = GradientModifier("invert", .builtIn) { ($0 + epsilon).power(-1) }
  /// |1 / (g + 1e-7)|: what changes the output least
  public static let smallValues = GradientModifier("small-values", isSigned: false, .builtIn) {
    ($0 + epsilon).power(-1).magnitude()
  }

  /// The built-in modifiers.
  public static let all: [GradientModifier] = [.none, .absolute, .negate, .relu, .invert, .smallValues]

  /// A built-in modifier by its name, in any case and with any separators; nil where there is none.
  public init?(named name: String) {
    let wanted = LooseName(name)
    guard let found = Self.all.first(where: { LooseName($0.name) == wanted }) else { return nil }
    self = found
  }

  /// The modified value.
  ///
  /// - Throws: `SaliencyError` where the formula leaves the graph or changes the shape, `GraphError` where it cannot be built.
  func applied(to value: Value, in builder: GraphBuilder) throws -> Value {
    builder.scope = "modifier/" + name
    let result = body(value)
    if let failure = builder.failure { throw failure }
    func requireThat(_ condition: Bool, _ fault: @autoclosure () -> String) throws(SaliencyError) {
      guard condition else {
        throw SaliencyError(.invalidSetting, "gradient modifier '\(name.printable())' \(fault())")
      }
    }
    try requireThat(
      result.builder === builder, "returns a value of another graph; make it of the gradient it is given")
    try requireThat(
      result.shape == value.shape,
      "makes \(result.shape.text) of a gradient of \(value.shape.text); it has to keep the shape")
    return result
  }
}
