internal import CVectorKernels

/// One instruction for the elements of a tensor: what it computes and its parameters, not yet of which operands.
struct VectorStep: Sendable, Hashable {
  let code: UInt8
  let alpha: Float
  let beta: Float

  init(_ code: VectorCode, alpha: Float = 0, beta: Float = 0) {
    self.code = UInt8(code.rawValue)
    self.alpha = alpha
    self.beta = beta
  }

  /// What a function does; nil where the kernels have none like it.
  init?(_ function: ElementwiseFunction) {
    switch function {
    case .linear(let scale, let offset): self.init(VECTOR_AFFINE, alpha: scale, beta: offset)
    case .rectified(let slope):
      if slope == 0 { self.init(VECTOR_RECTIFIED) } else { self.init(VECTOR_LEAKY, alpha: slope) }
    case .clipped(let lower, let upper): self.init(VECTOR_CLIPPED, alpha: lower, beta: upper)
    case .hyperbolicTangent: self.init(VECTOR_TANGENT)
    case .logistic: self.init(VECTOR_LOGISTIC)
    case .square: self.init(VECTOR_SQUARE)
    case .squareRoot: self.init(VECTOR_SQUARE_ROOT)
    case .absolute: self.init(VECTOR_ABSOLUTE)
    case .exponential: self.init(VECTOR_EXPONENTIAL)
    case .exponentialLinear: return nil
    }
  }

  init(_ function: BinaryFunction) {
    switch function {
    case .add: self.init(VECTOR_ADD)
    case .subtract: self.init(VECTOR_SUBTRACT)
    case .multiply: self.init(VECTOR_MULTIPLY)
    case .divide: self.init(VECTOR_DIVIDE)
    case .maximum: self.init(VECTOR_MAXIMUM)
    case .minimum: self.init(VECTOR_MINIMUM)
    }
  }

  /// How much it costs beside the reading of an element, about.
  var cost: Int {
    switch UInt32(code) {
    case VECTOR_EXPONENTIAL.rawValue, VECTOR_LOGISTIC.rawValue, VECTOR_LOGARITHM.rawValue: 8
    case VECTOR_TANGENT.rawValue, VECTOR_ERROR.rawValue: 12
    default: 1
    }
  }

  static let copy = VectorStep(VECTOR_AFFINE, alpha: 1)
  static let cube = VectorStep(VECTOR_CUBE)
  static let errorFunction = VectorStep(VECTOR_ERROR)
  static let logarithm = VectorStep(VECTOR_LOGARITHM)
  static let reciprocal = VectorStep(VECTOR_RECIPROCAL, alpha: 1)
  static let sign = VectorStep(VECTOR_SIGN)
  static let square = VectorStep(VECTOR_SQUARE)
  static let squareRoot = VectorStep(VECTOR_SQUARE_ROOT)
  static let heavisideStep = VectorStep(VECTOR_STEP)
  static let equal = VectorStep(VECTOR_EQUAL)
  static let greater = VectorStep(VECTOR_GREATER)
  static let greaterOrEqual = VectorStep(VECTOR_AT_LEAST)
  static func gate(_ lower: Float, _ upper: Float) -> Self { Self(VECTOR_GATE, alpha: lower, beta: upper) }
}

/// An operation as steps for the elements of its operands: the first takes one or two operands, each other the result of the one
/// before.
struct VectorForm {
  let steps: [VectorStep]
  /// The operands of the first step, by position.
  let order: [Int]
}

extension Operation {
  /// The operation as steps; nil where it is no function of elements, or one that the kernels do not have.
  var vectorForm: VectorForm? {
    switch self {
    case let operation as any ElementwiseOperation:
      operation.lowering.steps.map { VectorForm(steps: $0, order: [0]) }
    case let operation as any BinaryOperation: operation.lowering.vectorForm
    case let gate as Gate: VectorForm(steps: [.gate(gate.lower, gate.upper)], order: [0, 1])
    case is Broadcast: VectorForm(steps: [], order: [0])
    default: nil
    }
  }
}

extension ElementwiseLowering {
  var steps: [VectorStep]? {
    switch kind {
    case .primitive(let function): VectorStep(function).map { [$0] }
    case .vector(let steps): steps
    case .function: nil
    }
  }
}

extension BinaryLowering {
  var vectorForm: VectorForm? {
    switch kind {
    case .primitive(let function): VectorForm(steps: [VectorStep(function)], order: [0, 1])
    case .vector(let step, let isSwapped): VectorForm(steps: [step], order: isSwapped ? [1, 0] : [0, 1])
    case .function: nil
    }
  }
}
