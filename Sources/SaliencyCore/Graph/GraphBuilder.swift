/// Collects nodes into a graph.
///
/// Appending never throws: the first failure is kept, later values are placeholders, and `graph(outputs:)` throws.
/// So rules and losses read as formulas. A builder belongs to one task.
public final class GraphBuilder {
  /// The nodes so far, in topological order.
  public private(set) var nodes: [Node] = []
  /// For each node whether it depends on constants alone.
  private var isConstant: [Bool] = []
  /// What is missing of values that cannot be computed, by node.
  private var unavailable: [Int: GraphError] = [:]
  /// The first failure, if any.
  public private(set) var failure: GraphError?
  /// The name that appended nodes take where none is given.
  public var scope = ""

  /// The largest tensor that any graph may contain, in elements (4 GiB of single precision); oneDNN counts some offsets
  /// in 32 bits.
  package static let elementLimit = 1 << 30
  /// The most axes that a tensor may have, those of oneDNN.
  static let axisLimit = 12
  /// The elements of inputs and constants so far.
  private var givenElementCount = 0

  /// A builder without nodes.
  public init() {}

  /// A builder that continues `graph`.
  public init(continuing graph: Graph) {
    nodes = graph.nodes
    for node in nodes { register(node) }
  }

  private func register(_ node: Node) {
    isConstant.append(dependsOnConstantsAlone(node))
    if node.operands.isEmpty { givenElementCount += node.shape.elementCount }
    if let operation = node.operation as? Unavailable { unavailable[isConstant.count - 1] = operation.error }
  }

  /// Takes back the nodes from `index` on, which nothing refers to, and the failure of one of them.
  package func removeNodes(from index: Int) {
    failure = nil
    while nodes.count > index {
      let node = nodes.removeLast()
      isConstant.removeLast()
      unavailable[nodes.count] = nil
      if node.operands.isEmpty { givenElementCount -= node.shape.elementCount }
    }
  }

  /// The largest tensor that this graph may contain: a network makes some thousand numbers of one that it is given, and
  /// a small file that asks for gigabytes is none.
  private var elementLimit: Int {
    min(max(1 << 26, 4_096 * givenElementCount), Self.elementLimit)
  }

  private func dependsOnConstantsAlone(_ node: Node) -> Bool {
    !(node.operation is Input) && node.operands.allSatisfy { isConstant[$0] }
  }

  func isConstant(_ index: Int) -> Bool { isConstant[index] }

  /// Appends an operation on `operands` and returns its value.
  public func append(_ operation: any Operation, _ operands: [Value] = [], name: String? = nil) -> Value {
    guard operands.allSatisfy({ $0.builder === self }) else {
      fail(
        GraphError(.foreignValue, "an operand belongs to another graph"), node: name ?? scope,
        operation: operation.name)
      return append(Constant(Tensor(0)), operandIndices: [], name: name)
    }
    return append(operation, operandIndices: operands.map(\.index), name: name)
  }

  func append(_ operation: any Operation, operandIndices: [Int], name: String? = nil) -> Value {
    let name = name ?? scope
    do throws(GraphError) {
      if !unavailable.isEmpty, let error = operandIndices.lazy.compactMap({ self.unavailable[$0] }).first {
        throw error
      }
      let shape = try operation.resultShape(of: operandIndices.map { nodes[$0].shape })
      try checkLimits(of: shape, elements: operandIndices.isEmpty ? Self.elementLimit : elementLimit)
      nodes.append(Node(operation: operation, operands: operandIndices, shape: shape, name: name))
    } catch {
      fail(error, node: name, operation: operation.name)
      nodes.append(Node(operation: Constant(Tensor(0)), operands: [], shape: [], name: name))
    }
    register(nodes[nodes.count - 1])
    return Value(builder: self, index: nodes.count - 1)
  }

  /// Throws where a tensor of `shape` cannot be computed. Axes of extent 0 count as 1, so that strides cannot overflow.
  private func checkLimits(of shape: Shape, elements limit: Int) throws(GraphError) {
    guard shape.allSatisfy({ $0 >= 0 }) else {
      throw GraphError(.shapeMismatch, "a tensor of \(shape.text) has a negative extent")
    }
    guard shape.count <= Self.axisLimit else {
      throw GraphError(.tooLarge, "a tensor of \(shape.text) has more than \(Self.axisLimit) axes")
    }
    guard let count = shape.map({ max($0, 1) }).checkedElementCount, count <= limit else {
      throw GraphError(
        .tooLarge, "a tensor of \(shape.text) is too large; up to \(limit) elements are supported"
      )
    }
  }

  /// Notes a failure unless there was one before, naming the node where the error does not.
  public func fail(_ error: GraphError, node: String? = nil, operation: String? = nil) {
    guard failure == nil else { return }
    failure = error.completed(node: node, operation: operation)
  }

  /// The value of the node at `index`.
  public func value(at index: Int) -> Value {
    precondition(
      nodes.indices.contains(index),
      "`index` must be below the number of nodes, \(nodes.count); it is \(index)")
    return Value(builder: self, index: index)
  }

  /// Appends an input of a fixed shape.
  public func input(_ name: String, shape: Shape) -> Value {
    append(Input(shape: shape, label: name), name: name)
  }

  /// Appends a constant.
  public func constant(_ tensor: Tensor, name: String? = nil) -> Value {
    append(Constant(tensor), name: name)
  }

  /// The graph that computes `outputs`; throws the first failure.
  public func graph(outputs: [Value]) throws(GraphError) -> Graph {
    if let failure { throw failure }
    guard outputs.allSatisfy({ $0.builder === self }) else {
      throw GraphError(.foreignValue, "an output belongs to another graph")
    }
    return Graph(nodes: nodes, outputs: outputs.map(\.index))
  }
}
