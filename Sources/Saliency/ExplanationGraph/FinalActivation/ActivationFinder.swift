import SaliencyCore

/// The probabilities that an activation gives, or their logarithms.
struct ActivatedValue {
  /// What gives probabilities.
  enum Activation: Sendable, Hashable {
    /// Each number by itself.
    case sigmoid
    /// Shares of 1 along an axis.
    case softmax
  }

  let activation: Activation
  /// The axis over which it adds up to 1; nil of a sigmoid, and where the axis is gone.
  var axis: Int?
  /// Whether the numbers are logarithms of probabilities.
  var isLogarithm = false
  /// Appends the numbers before the activation, in the value's shape; nil where no number of theirs is one of the value's, as of a mean.
  var score: (() -> Value)?

  /// What the activation is called, such as "LogSoftmax".
  var name: String {
    switch activation {
    case .sigmoid: isLogarithm ? "LogSigmoid" : Sigmoid().name
    case .softmax: isLogarithm ? LogSoftmax.name : Softmax.name
    }
  }

  /// Whether the numbers of both are of one kind.
  func isAlike(_ other: ActivatedValue) -> Bool {
    activation == other.activation && axis == other.axis && isLogarithm == other.isLogarithm
  }
}

/// A way in which an activation is written, or in which its numbers are passed on.
protocol ActivationForm: Sendable {
  /// What a value is by this form; nil where it does not have it.
  ///
  /// - Parameter finder: what knows of the values before it.
  func activation(of value: Value, _ finder: ActivationFinder) -> ActivatedValue?
}

/// Recognizes activations, however they are spelled out.
final class ActivationFinder {
  /// All forms; the first that fits counts.
  private static let forms: [any ActivationForm] = [
    OperationForm(), LogisticForm(), SoftmaxForm(), LogSoftmaxForm(), LogarithmForm(), NeutralForm(),
    MovementForm(), MeanForm(), MixtureForm(), JunctionForm(),
  ]

  /// Behind an activation so many operations are looked through at most.
  private static let depthLimit = 48

  private var known: [Int: ActivatedValue?] = [:]
  private var depth = 0

  /// What activation a value is the result of; nil where none is recognized.
  func activation(of value: Value) -> ActivatedValue? {
    if let known = known[value.index] { return known }
    guard depth < Self.depthLimit, !value.isConstant else { return nil }
    depth += 1
    defer { depth -= 1 }
    let found = Self.forms.lazy.compactMap { $0.activation(of: value, self) }.first
    known[value.index] = .some(found)
    return found
  }
}

extension Value {
  /// The value of an operand.
  func operand(_ position: Int = 0) -> Value { builder.value(at: node.operands[position]) }

  /// The number that all elements of a constant are; nil for everything else.
  var uniformNumber: Double? {
    switch node.operation {
    case let constant as Constant:
      guard 1...1 << 16 ~= shape.elementCount else { return nil }
      let numbers = constant.tensor.values
      return numbers.allSatisfy { $0 == numbers[0] } ? Double(numbers[0]) : nil
    case is Broadcast, is Reshape: return isConstant ? operand().uniformNumber : nil
    default: return nil
    }
  }

  /// Both operands of a node of two, where one of them is the same number everywhere.
  var withNumber: (value: Value, number: Double, isNumberFirst: Bool)? {
    guard node.operands.count == 2 else { return nil }
    let (left, right) = (operand(0), operand(1))
    if !left.isConstant, left.shape == shape, let number = right.uniformNumber {
      return (left, number, false)
    }
    if !right.isConstant, right.shape == shape, let number = left.uniformNumber {
      return (right, number, true)
    }
    return nil
  }

  /// The value that this one is a multiple of plus a number, however that is written; itself where it is none.
  var straightLine: (value: Value, scale: Double, offset: Double) {
    var (value, scale, offset) = (self, 1.0, 0.0)
    while true {
      if let affine = value.node.operation as? Affine {
        offset += scale * Double(affine.offset)
        scale *= Double(affine.scale)
        value = value.operand()
        continue
      }
      guard let (next, number, isNumberFirst) = value.withNumber else { return (value, scale, offset) }
      switch value.node.operation {
      case is Addition: offset += scale * number
      case is Subtraction where isNumberFirst:
        offset += scale * number
        scale = -scale
      case is Subtraction: offset -= scale * number
      case is Multiplication: scale *= number
      case is Division where !isNumberFirst && number != 0: scale /= number
      default: return (value, scale, offset)
      }
      value = next
    }
  }

  /// A multiple of the value plus a number.
  func scaled(by scale: Double, plus offset: Double) -> Value {
    scale == 1 && offset == 0
      ? self : applying(Affine(scale: Float(scale), offset: Float(offset)))
  }
}
