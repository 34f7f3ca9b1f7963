import SaliencyCore

/// A value of an ONNX graph while it is imported.
enum ImportedValue {
  /// A tensor that the network computes from its inputs, or a constant that has already become a node.
  case computed(Value)
  /// Numbers that are known now: shapes, indices, small constants.
  case numbers(Numbers)
  /// A larger constant, left where the file has it.
  case weights(Tensor)

  var shape: Shape {
    switch self {
    case .computed(let value): value.shape
    case .numbers(let numbers): numbers.shape
    case .weights(let tensor): tensor.shape
    }
  }

  /// The value as a node.
  func value(in builder: GraphBuilder, name: String? = nil) -> Value {
    switch self {
    case .computed(let value): value
    case .numbers(let numbers): builder.constant(numbers.tensor, name: name)
    case .weights(let tensor): builder.constant(tensor, name: name)
    }
  }

  /// The numbers where they are known.
  var numbers: Numbers? {
    switch self {
    case .computed(let value): (value.node.operation as? Constant).map { Numbers($0.tensor) }
    case .numbers(let numbers): numbers
    case .weights(let tensor): Numbers(tensor)
    }
  }

  var isConstant: Bool {
    if case .computed = self { false } else { true }
  }
}

/// A tensor of numbers known at import, wide enough for integers up to 2^53 and for real numbers.
struct Numbers {
  var shape: Shape
  var values: [Double]
  var isInteger: Bool

  /// Above this many elements a constant stays in its file.
  static let limit = 4_096
  /// No operator takes so many shapes, indices or statistics.
  static let operandLimit = 1 << 20

  init(shape: Shape, values: [Double], isInteger: Bool) {
    self.shape = shape
    self.values = values
    self.isInteger = isInteger
  }

  init(_ tensor: Tensor) {
    self.init(shape: tensor.shape, values: tensor.values.map(Double.init), isInteger: false)
  }

  init(integers: [Int]) {
    self.init(shape: [integers.count], values: integers.map(Double.init), isInteger: true)
  }

  var tensor: Tensor { Tensor(shape: shape, values: values.map { Float($0) }) }

  /// The numbers as integers, cut at those that `Int` can hold; nil where one is not finite.
  var integers: [Int]? {
    guard values.allSatisfy(\.isFinite) else { return nil }
    return values.map { $0 >= 0x1p63 ? .max : $0 <= -0x1p63 ? .min : Int($0) }
  }
}
