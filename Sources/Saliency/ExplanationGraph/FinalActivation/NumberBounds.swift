internal import LibC
import SaliencyCore

/// Between which numbers a value is sure to lie.
struct NumberBounds: Sendable, Equatable {
  var lower = -Double.infinity
  var upper = Double.infinity

  /// Nothing is known.
  static let unknown = NumberBounds()
  /// From 0 to 1.
  static let shares = NumberBounds(lower: 0, upper: 1)

  /// Whether all numbers are from 0 to 1, but for rounding.
  var areShares: Bool { lower >= -1e-5 && upper <= 1 + 1e-5 }

  init(lower: Double = -.infinity, upper: Double = .infinity) {
    (self.lower, self.upper) = (lower, upper)
  }

  /// What the operations behind a value show of it, whatever the input is.
  init(of value: Value) {
    self = NumberBoundsFinder().bounds(of: value)
  }

  fileprivate func clamped(_ lowest: Double, _ highest: Double) -> NumberBounds {
    NumberBounds(lower: min(max(lower, lowest), highest), upper: min(max(upper, lowest), highest))
  }

  fileprivate func scaled(by scale: Double, plus offset: Double) -> NumberBounds {
    guard scale != 0 else { return NumberBounds(lower: offset, upper: offset) }
    let ends = [scale * lower + offset, scale * upper + offset]
    return NumberBounds(lower: ends.min()!, upper: ends.max()!)
  }

  fileprivate func joined(_ other: NumberBounds) -> NumberBounds {
    NumberBounds(lower: min(lower, other.lower), upper: max(upper, other.upper))
  }
}

/// Follows bounds through a graph.
private final class NumberBoundsFinder {
  /// So many operations are looked through at most.
  private static let depthLimit = 24

  private var known: [Int: NumberBounds] = [:]
  private var depth = 0

  func bounds(of value: Value) -> NumberBounds {
    if let known = known[value.index] { return known }
    guard depth < Self.depthLimit else { return .unknown }
    depth += 1
    defer { depth -= 1 }
    var found = shown(by: value)
    if found.lower.isNaN || found.upper.isNaN { found = .unknown }
    known[value.index] = found
    return found
  }

  /// What an operation makes of the bounds of its operands.
  private func shown(by value: Value) -> NumberBounds {
    func operand(_ position: Int = 0) -> NumberBounds { bounds(of: value.operand(position)) }
    switch value.node.operation {
    case let constant as Constant:
      guard 1...1 << 16 ~= value.shape.elementCount else { return .unknown }
      let numbers = constant.tensor.values
      guard let lowest = numbers.min(), let highest = numbers.max() else { return .unknown }
      return NumberBounds(lower: Double(lowest), upper: Double(highest))
    case is Sigmoid, is Softmax, is HeavisideStep, is Comparison, is FloatClassification: return .shares
    case is HyperbolicTangent, is ErrorFunction, is Sine, is Cosine, is Sign:
      return NumberBounds(lower: -1, upper: 1)
    case is LogSoftmax: return NumberBounds(upper: 0)
    case is Softplus: return NumberBounds(lower: 0)
    case is Exponential:
      let inner = operand()
      return NumberBounds(lower: exp(inner.lower), upper: exp(inner.upper))
    case is Absolute:
      let inner = operand()
      return NumberBounds(
        lower: max(0, inner.lower, -inner.upper), upper: max(abs(inner.lower), abs(inner.upper)))
    case let clamp as Clamp: return operand().clamped(Double(clamp.lower), Double(clamp.upper))
    case let rectifier as Rectifier: return operand().clamped(0, Double(rectifier.ceiling ?? .infinity))
    case let affine as Affine:
      return operand().scaled(by: Double(affine.scale), plus: Double(affine.offset))
    case is FormatRounding, is Reshape, is Transpose, is Slice, is Broadcast, is MinMaxReduction,
      is MaximumPooling:
      return operand()
    // Where an index is negative there is a 0.
    case is Gather: return operand().joined(NumberBounds(lower: 0, upper: 0))
    case let reduction as Reduction where reduction.function == .mean: return operand()
    case is Concatenation:
      return value.node.operands.indices.dropFirst().reduce(operand()) { $0.joined(operand($1)) }
    case is Maximum, is Minimum, is Addition, is Subtraction, is Multiplication:
      return joined(operand(0), operand(1), by: value.node.operation)
    case is Division:
      if let number = value.operand(1).uniformNumber, number != 0 {
        return operand().scaled(by: 1 / number, plus: 0)
      }
      return value.isShareOfSum && operand().lower >= 0 ? .shares : .unknown
    default: return .unknown
    }
  }

  /// What an operation on two operands, element by element, makes of their bounds.
  private func joined(_ a: NumberBounds, _ b: NumberBounds, by operation: any Operation) -> NumberBounds {
    switch operation {
    case is Maximum: return NumberBounds(lower: max(a.lower, b.lower), upper: max(a.upper, b.upper))
    case is Minimum: return NumberBounds(lower: min(a.lower, b.lower), upper: min(a.upper, b.upper))
    case is Addition: return NumberBounds(lower: a.lower + b.lower, upper: a.upper + b.upper)
    case is Subtraction: return NumberBounds(lower: a.lower - b.upper, upper: a.upper - b.lower)
    default:
      let products = [a.lower * b.lower, a.lower * b.upper, a.upper * b.lower, a.upper * b.upper]
      guard !products.contains(where: \.isNaN) else { return .unknown }
      return NumberBounds(lower: products.min()!, upper: products.max()!)
    }
  }
}

extension Value {
  /// Whether the value is a quotient of numbers and a sum over them.
  fileprivate var isShareOfSum: Bool {
    guard operand(0).shape == shape else { return false }
    var divisor = operand(1)
    if divisor.node.operation is Broadcast { divisor = divisor.operand() }
    guard let sum = divisor.node.operation as? Reduction, sum.function == .sum else { return false }
    return divisor.node.operands[0] == node.operands[0] && divisor.shape.count == shape.count
  }
}
