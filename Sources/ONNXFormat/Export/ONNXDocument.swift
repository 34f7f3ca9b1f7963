import SaliencyCore

/// An ONNX model that is being written: its nodes, its numbers, what it takes and what it gives.
final class ONNXDocument {
  /// A tensor with a name whose numbers the model holds.
  struct Initializer {
    enum Contents {
      case floats(Tensor)
      case integers([Int64])
    }

    let name: String
    let shape: [Int]
    let contents: Contents
  }

  /// A tensor that the model is given or gives.
  struct Port {
    let name: String
    let type: ONNXElementType
    let extents: [ExportedExtent]
  }

  /// The operator set whose operators the nodes are of.
  let operatorSet: Int
  /// What floating-point numbers are inside the model: single or half precision.
  let floatType: ONNXElementType
  /// Whether adjoints of convolutions without strides are written as convolutions with mirrored kernels.
  let prefersSpeed: Bool
  private(set) var nodes: [ONNXNodeProto] = []
  private(set) var initializers: [Initializer] = []
  private(set) var inputs: [Port] = []
  private(set) var outputs: [Port] = []

  private var names: Set<String> = []
  private var made: [String: [String]] = [:]
  private var tensors: [Tensor: String] = [:]
  /// The first input that has the batch along an axis, and that axis.
  private var batchInput: (name: String, axis: Int)?

  init(operatorSet: Int, floatType: ONNXElementType, prefersSpeed: Bool) {
    (self.operatorSet, self.floatType) = (operatorSet, floatType)
    self.prefersSpeed = prefersSpeed
  }

  /// A name that nothing has yet, made of `wish`.
  func unique(_ wish: String) -> String {
    var name = wish
    var count = 1
    while !names.insert(name).inserted {
      count += 1
      name = "\(wish)_\(count)"
    }
    return name
  }

  /// Keeps a name for what will be called so.
  func reserve(_ name: String) {
    names.insert(name)
  }

  /// An input of the model, under just this name.
  func addInput(_ name: String, _ type: ONNXElementType, _ extents: [ExportedExtent]) {
    inputs.append(Port(name: name, type: type, extents: extents))
    if batchInput == nil, let axis = extents.firstIndex(where: { $0.multiple == 1 }) {
      batchInput = (name, axis)
    }
  }

  /// An output of the model, which a node gives under just this name.
  func addOutput(_ name: String, _ extents: [ExportedExtent]) {
    outputs.append(Port(name: name, type: .float32, extents: extents))
  }

  /// Appends a node and returns the names of its results.
  func add(
    _ kind: String, _ operands: [String], _ attributes: [String: ONNXAttribute] = [:], results: Int = 1,
    name wish: String
  ) -> [String] {
    var node = ONNXNodeProto()
    node.opType = kind
    node.input = operands
    let name = unique(wish.isEmpty ? kind : wish)
    node.name = name
    node.output = [name] + (1..<max(results, 1)).map { unique("\(name)/result\($0 + 1)") }
    node.attribute = attributes.sorted { $0.key < $1.key }.map { $0.value.proto(named: $0.key) }
    nodes.append(node)
    return node.output
  }

  /// Lets the last node's first result be an output; false where `value` is not that.
  func renameLast(_ value: String, to output: String) -> Bool {
    guard nodes.last?.output.first == value else { return false }
    nodes[nodes.count - 1].output[0] = output
    return true
  }

  /// Leaves out what nothing reads: second results, and numbers.
  func finish() {
    var isRead = Set(nodes.flatMap(\.input))
    isRead.formUnion(outputs.map(\.name))
    for index in nodes.indices {
      while nodes[index].output.count > 1, !isRead.contains(nodes[index].output.last!) {
        nodes[index].output.removeLast()
      }
    }
    initializers.removeAll { !isRead.contains($0.name) }
  }

  /// The numbers of a tensor; once however often they are asked for.
  func constant(_ tensor: Tensor, name: String) -> String {
    if let known = tensors[tensor] { return known }
    if tensor.shape.elementCount <= 16 {
      return constant(
        "\(tensor.shape.text): \(tensor.values)", named: tensor.shape.isEmpty ? "number" : name, tensor.shape
      ) {
        .floats(tensor)
      }
    }
    let name = unique(name.isEmpty ? "constant" : name)
    initializers.append(Initializer(name: name, shape: tensor.shape, contents: .floats(tensor)))
    tensors[tensor] = name
    return name
  }

  /// Integers; once however often they are asked for.
  func integers(_ values: [Int], shape: [Int]? = nil) -> String {
    let shape = shape ?? [values.count]
    return constant("\(shape.text) integers: \(values)", named: "integers", shape) {
      .integers(values.map(Int64.init))
    }
  }

  private func constant(
    _ key: String, named name: String, _ shape: [Int], _ contents: () -> Initializer.Contents
  ) -> String {
    once(key) {
      let name = unique(name.isEmpty ? "constant" : name)
      initializers.append(Initializer(name: name, shape: shape, contents: contents()))
      return name
    }
  }

  /// What was made for `key` before, or is made now.
  func once(_ key: String, _ make: () -> String) -> String {
    onceAll(key) { [make()] }[0]
  }

  /// What was made for `key` before, or is made now.
  func onceAll(_ key: String, _ make: () -> [String]) -> [String] {
    if let known = made[key] { return known }
    let results = make()
    made[key] = results
    return results
  }

  /// The extents as a tensor of integers, computed from the batch where they depend on it.
  func shape(_ extents: [ExportedExtent]) -> String {
    if let fixed = extents.fixed { return integers(fixed) }
    return once("shape: \(extents)") { computedShape(extents) }
  }

  private func computedShape(_ extents: [ExportedExtent]) -> String {
    let batch = once("batch") {
      let (input, axis) = batchInput!
      return add(
        "Shape", [input], ["start": .integer(axis), "end": .integer(axis + 1)], name: "batch")[0]
    }
    let multiples = add("Mul", [batch, integers(extents.map(\.multiple))], name: "shape")[0]
    guard extents.contains(where: { $0.fixed != 0 }) else { return multiples }
    return add("Add", [multiples, integers(extents.map(\.fixed))], name: "shape")[0]
  }
}
