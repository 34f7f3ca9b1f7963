import SaliencyCore

/// Why a node cannot be imported; whoever catches it knows the node.
struct ImportFailure: Error {
  var code: ONNXError.Code
  var message: String

  init(_ code: ONNXError.Code, _ message: String) {
    self.code = code
    self.message = message
  }

  static func unsupported(_ message: String) -> ImportFailure { ImportFailure(.unsupportedOperator, message) }
  static func invalid(_ message: String) -> ImportFailure { ImportFailure(.invalidModel, message) }
}

/// What an operator's import sees: the node, its operands and attributes, and where to append.
struct NodeImport {
  let node: ONNXNodeProto
  let name: String
  var inputs: [ImportedValue?]
  let builder: GraphBuilder
  let operatorSetVersion: Int
  let file: ONNXModelFile
  private let attributes: [String: ONNXAttributeProto]

  init(
    node: ONNXNodeProto, name: String, inputs: [ImportedValue?], builder: GraphBuilder,
    operatorSetVersion: Int,
    file: ONNXModelFile
  ) {
    self.node = node
    self.name = name
    self.inputs = inputs
    self.builder = builder
    self.operatorSetVersion = operatorSetVersion
    self.file = file
    attributes = Dictionary(node.attribute.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
  }

  // MARK: Operands

  /// Whether the operand at `index` is given.
  func has(_ index: Int) -> Bool { inputs.indices.contains(index) && inputs[index] != nil }

  /// The operand at `index`.
  func input(_ index: Int) throws(ImportFailure) -> ImportedValue {
    guard has(index), let value = inputs[index] else {
      throw .invalid("input \(index + 1) is missing")
    }
    return value
  }

  /// The operand as a node.
  func value(_ index: Int) throws(ImportFailure) -> Value {
    let name = node.input.indices.contains(index) ? node.input[index] : nil
    let input = try input(index)
    if case .numbers(let numbers) = input, numbers.isInteger,
      let value = numbers.values.first(where: { $0.magnitude > 0x1p24 })
    {
      throw .unsupported(
        "the integer \(Int(value.clamped(to: 0x1p62))) is too large to be computed with; the limit is 2^24")
    }
    return input.value(in: builder, name: name)
  }

  /// All operands that are given, as nodes.
  func allValues() throws(ImportFailure) -> [Value] {
    var values: [Value] = []
    for index in inputs.indices { values.append(try value(index)) }
    return values
  }

  /// The operand's numbers, which have to be constant.
  func numbers(_ index: Int, _ role: String) throws(ImportFailure) -> Numbers {
    let input = try input(index)
    guard input.shape.elementCount <= Numbers.operandLimit else {
      throw .unsupported("\(role) has more than \(Numbers.operandLimit) elements, \(input.shape.text)")
    }
    guard let numbers = input.numbers else {
      throw .unsupported("\(role) depends on the input; only a constant is supported")
    }
    return numbers
  }

  /// The operand's integers, which have to be constant.
  func integers(_ index: Int, _ role: String) throws(ImportFailure) -> [Int] {
    guard let integers = try numbers(index, role).integers else {
      throw .invalid("\(role) has to be made of integers")
    }
    return integers
  }

  /// The operand's only number, which has to be constant; nil where the operand is not given.
  func scalar(_ index: Int, _ role: String) throws(ImportFailure) -> Float? {
    guard has(index) else { return nil }
    let values = try numbers(index, role).values
    guard values.count == 1 else { throw .invalid("\(role) has to be one number, not \(values.count)") }
    return Float(values[0])
  }

  /// How many of the node's results somebody may ask for, up to the last that has a name.
  var resultCount: Int { (node.output.lastIndex { !$0.isEmpty } ?? -1) + 1 }

  // MARK: Attributes

  func attribute(_ name: String) -> ONNXAttributeProto? { attributes[name] }

  func integer(_ name: String) throws(ImportFailure) -> Int? {
    guard let attribute = attributes[name] else { return nil }
    guard attribute.hasI || attribute.type == .int else {
      throw .invalid("attribute '\(name)' has to be an integer")
    }
    return Int(attribute.i)
  }

  func integer(_ name: String, default value: Int) throws(ImportFailure) -> Int { try integer(name) ?? value }

  /// An attribute that is 0 or 1.
  func flag(_ name: String, default value: Bool = false) throws(ImportFailure) -> Bool {
    guard let number = try integer(name) else { return value }
    guard 0...1 ~= number else { throw .invalid("attribute '\(name)' has to be 0 or 1, not \(number)") }
    return number == 1
  }

  func number(_ name: String) throws(ImportFailure) -> Float? {
    guard let attribute = attributes[name] else { return nil }
    guard attribute.hasF || attribute.type == .float else {
      throw .invalid("attribute '\(name)' has to be a number")
    }
    return attribute.f
  }

  func number(_ name: String, default value: Float) throws(ImportFailure) -> Float {
    try number(name) ?? value
  }

  func integers(_ name: String) throws(ImportFailure) -> [Int]? {
    guard let attribute = attributes[name] else { return nil }
    guard !attribute.ints.isEmpty || !attribute.hasType || attribute.type == .ints else {
      throw .invalid("attribute '\(name)' has to be a list of integers")
    }
    return attribute.ints.map(Int.init)
  }

  func text(_ name: String) throws(ImportFailure) -> String? {
    guard let attribute = attributes[name] else { return nil }
    guard attribute.hasS || attribute.type == .string else {
      throw .invalid("attribute '\(name)' has to be a text")
    }
    return String(decoding: attribute.s, as: UTF8.self)
  }

  /// The integers that an operator takes from an attribute in older sets and from an operand in newer ones.
  func integers(attribute: String, orInput index: Int) throws(ImportFailure) -> [Int]? {
    if has(index) { return try integers(index, attribute) }
    return try integers(attribute)
  }

  /// The number that an operator takes from an attribute in older sets and from an operand in newer ones.
  func number(attribute: String, orInput index: Int) throws(ImportFailure) -> Float? {
    if has(index) { return try scalar(index, attribute) }
    return try number(attribute)
  }

  /// An attribute's axis, resolved against `shape`.
  func axis(_ name: String = "axis", default value: Int, of shape: Shape) throws(ImportFailure) -> Int {
    try resolve(try integer(name, default: value), in: shape)
  }

  /// The axis that `axis` names in `shape`, where −1 is the last.
  func resolve(_ axis: Int, in shape: Shape) throws(ImportFailure) -> Int {
    guard let resolved = shape.resolved(axis: axis) else {
      throw .invalid("axis \(axis) does not exist in a tensor of \(shape.text)")
    }
    return resolved
  }

  func resolve(_ axes: [Int], in shape: Shape) throws(ImportFailure) -> [Int] {
    var resolved: [Int] = []
    for axis in axes { resolved.append(try resolve(axis, in: shape)) }
    guard Set(resolved).count == resolved.count else { throw .invalid("axes \(axes) name one axis twice") }
    return resolved
  }

  /// A tensor attribute, decoded.
  func tensor(_ proto: ONNXTensorProto) throws(ImportFailure) -> ImportedValue {
    do throws(ONNXError) {
      return try ImportedValue(file.tensor(proto))
    } catch {
      throw ImportFailure(error.code, error.message)
    }
  }
}
