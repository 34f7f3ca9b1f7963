import SaliencyCore

/// A value of an ONNX graph while it is imported.
enum ImportedValue {
  /// A tensor that the network computes from its inputs, or a constant that has already become a node; without an
  /// element type it has that of the first operand of the node that gives it.
  case computed(Value, ONNXElementType? = nil)
  /// Numbers that are known now: shapes, indices, small constants.
  case numbers(Numbers)
  /// A larger constant, left where the file has it.
  case weights(Tensor, ONNXElementType = .float32)
  /// Several tensors under one name. Only operators that take sequences see one.
  indirect case sequence([ImportedValue])
  /// A value that cannot be computed, because of the blocked layer at a position. It reaches no operator.
  case blocked(Int)

  var shape: Shape {
    switch self {
    case .computed(let value, _): value.shape
    case .numbers(let numbers): numbers.shape
    case .weights(let tensor, _): tensor.shape
    case .sequence(let elements): [elements.count]
    case .blocked: []
    }
  }

  /// The element type that the model gives the value; the graph computes in single precision all the same.
  var type: ONNXElementType {
    switch self {
    case .computed(_, let type): type ?? .float32
    case .numbers(let numbers): numbers.type
    case .weights(_, let type): type
    case .sequence(let elements): elements.first?.type ?? .float32
    case .blocked: .float32
    }
  }

  /// The value as a node.
  func value(in builder: GraphBuilder, name: String? = nil) -> Value {
    switch self {
    case .computed(let value, _): value
    case .numbers(let numbers): builder.constant(numbers.tensor, name: name)
    case .weights(let tensor, _): builder.constant(tensor, name: name)
    case .sequence: preconditionFailure("a sequence was taken for a tensor")
    case .blocked: preconditionFailure("a value that cannot be computed was taken for a tensor")
    }
  }

  /// The numbers where they are known.
  var numbers: Numbers? {
    switch self {
    case .computed(let value, let type):
      (value.node.operation as? Constant).map { Numbers($0.tensor, type: type ?? .float32) }
    case .numbers(let numbers): numbers
    case .weights(let tensor, let type): Numbers(tensor, type: type)
    case .sequence, .blocked: nil
    }
  }

  var isConstant: Bool {
    if case .computed = self { false } else { true }
  }

  var isBlocked: Bool {
    if case .blocked = self { true } else { false }
  }

  var isSequence: Bool {
    if case .sequence = self { true } else { false }
  }
}
