/// Operations on elements joined into programs, so that a chain of them passes through memory once.
///
/// What other nodes read is stored. The rest is computed inside the program that reads it, in each of them where that costs less
/// than storing it: the derivative of an activation works the activation out again.
struct ElementwiseFusion {
  private let graph: Graph
  private let isLive: [Bool]
  private let forms: [VectorForm?]
  private let users: [[Int]]
  /// Whether a node's value lies in memory.
  private var isStored: [Bool]
  /// For each node the stored ones in whose programs it is computed.
  private var homes: [Set<Int>]
  /// Whether a node is cheap to compute again from what is stored, estimated.
  private var isCheap: [Bool]

  /// The largest programs: beyond these numbers of instructions and of operands, values are stored in between.
  private static let instructionLimit = 32
  private static let operandLimit = 12
  /// What a value may cost to be computed again in each of at most so many programs.
  private static let repeatedCost = 24
  private static let repeatedHomes = 3

  /// The same results from fewer nodes.
  static func fuse(_ graph: Graph) -> Graph {
    var fusion = ElementwiseFusion(graph)
    fusion.limitPrograms()
    fusion.findHomes()
    return fusion.rewritten()
  }

  private init(_ graph: Graph) {
    let isLive = graph.reachable
    var isConstant = [Bool](repeating: false, count: graph.nodes.count)
    var forms: [VectorForm?] = Array(repeating: nil, count: graph.nodes.count)
    var users = [[Int]](repeating: [], count: graph.nodes.count)
    for (index, node) in graph.nodes.enumerated() where isLive[index] {
      isConstant[index] = !(node.operation is Input) && node.operands.allSatisfy { isConstant[$0] }
      if !isConstant[index], node.shape.elementCount > 0 { forms[index] = node.operation.vectorForm }
      for operand in Set(node.operands) { users[operand].append(index) }
    }
    self.graph = graph
    self.isLive = isLive
    self.forms = forms
    self.users = users
    isStored = forms.map { $0 == nil }
    for output in graph.outputs { isStored[output] = true }
    homes = Array(repeating: [], count: graph.nodes.count)
    isCheap = Array(repeating: false, count: graph.nodes.count)
    for index in graph.nodes.indices where isLive[index] && !isStored[index] {
      isStored[index] = !users[index].allSatisfy { canCompute(index, in: $0) }
    }
  }

  /// Whether `user` can work the value of `index` out itself, element by element.
  private func canCompute(_ index: Int, in user: Int) -> Bool {
    let (shape, node) = (graph.nodes[index].shape, graph.nodes[user])
    if let reduction = node.operation as? Reduction { return isJoinable(reduction) }
    return forms[user] != nil && !(node.operation is Broadcast) && !shape.isEmpty
      && shape.padded(toRank: node.shape.count) == node.shape
  }

  private func isJoinable(_ reduction: Reduction) -> Bool {
    guard let first = reduction.axes.first, let last = reduction.axes.last else { return false }
    return last - first + 1 == reduction.axes.count
  }

  /// Estimates each program as if all was computed where it is read, and stores values where one would become too large.
  private mutating func limitPrograms() {
    var leaves = [Set<Int>](repeating: [], count: graph.nodes.count)
    /// What is computed in the program of each node, itself included.
    var contents = leaves
    for (index, node) in graph.nodes.enumerated() where isLive[index] && forms[index] != nil {
      let inlined = Set(node.operands).filter { !isStored[$0] }
      leaves[index] = Set(node.operands).subtracting(inlined)
      contents[index] = [index]
      for operand in inlined {
        leaves[index].formUnion(leaves[operand])
        contents[index].formUnion(contents[operand])
      }
      if leaves[index].count > Self.operandLimit || length(contents[index]) > Self.instructionLimit {
        for operand in inlined { isStored[operand] = true }
        leaves[index] = Set(node.operands)
        contents[index] = [index]
      }
      let large = leaves[index].filter { graph.nodes[$0].shape.elementCount == node.shape.elementCount }
      isCheap[index] = large.count <= 1 && cost(contents[index]) <= Self.repeatedCost
    }
  }

  private func length(_ contents: Set<Int>) -> Int { contents.reduce(0) { $0 + forms[$1]!.steps.count } }

  private func cost(_ contents: Set<Int>) -> Int {
    contents.reduce(0) { forms[$1]!.steps.reduce($0) { $0 + $1.cost } }
  }

  private mutating func findHomes() {
    for index in graph.nodes.indices.reversed() where isLive[index] {
      if isStored[index] {
        homes[index] = [index]
        continue
      }
      let homes = users[index].reduce(into: Set<Int>()) { $0.formUnion(self.homes[$1]) }
      if homes.count == 1 || (isCheap[index] && homes.count <= Self.repeatedHomes) {
        self.homes[index] = homes
      } else {
        isStored[index] = true
        self.homes[index] = [index]
      }
    }
  }

  private func rewritten() -> Graph {
    var nodes: [Node] = []
    var places = [Int](repeating: -1, count: graph.nodes.count)
    for (index, node) in graph.nodes.enumerated() where isLive[index] && isStored[index] {
      places[index] = nodes.count
      let isAlone = node.operands.allSatisfy { isStored[$0] }
      guard !isAlone else {
        nodes.append(
          Node(
            operation: node.operation, operands: node.operands.map { places[$0] }, shape: node.shape,
            name: node.name))
        continue
      }
      let (operation, operands, name) = joined(index)
      nodes.append(
        Node(operation: operation, operands: operands.map { places[$0] }, shape: node.shape, name: name))
    }
    return Graph(nodes: nodes, outputs: graph.outputs.map { places[$0] })
  }

  /// A stored node with all that is computed inside it, the stored nodes that it reads, and the name of the first node that
  /// is computed here alone.
  private func joined(_ root: Int) -> (any Operation, [Int], String) {
    let node = graph.nodes[root]
    var inner: [Int] = []
    var leaves: [Int] = []
    var isKnown: Set<Int> = []
    func visit(_ index: Int) {
      guard isKnown.insert(index).inserted else { return }
      if index != root && isStored[index] {
        leaves.append(index)
      } else {
        graph.nodes[index].operands.forEach(visit)
        inner.append(index)
      }
    }
    visit(root)
    var program = ElementwiseProgram(operandCount: leaves.count)
    var values = [Int: Int](uniqueKeysWithValues: leaves.enumerated().map { ($1, $0) })
    for index in inner {
      guard let form = forms[index] else { continue }
      values[index] = program.append(form, form.order.map { values[graph.nodes[index].operands[$0]]! })
    }
    let first = inner.filter { homes[$0].count == 1 && !(graph.nodes[$0].operation is Broadcast) }.min()!
    let name = graph.nodes[first].name
    guard let reduction = node.operation as? Reduction else {
      return (FusedElementwise(program: program, shape: node.shape), leaves, name)
    }
    // A repetition alone makes no program.
    if program.instructions.isEmpty { program.append(VectorForm(steps: [.copy], order: [0]), [0]) }
    let source = graph.nodes[node.operands[0]].shape
    return (FusedReduction(program: program, reduction: reduction, source: source), leaves, name)
  }
}
