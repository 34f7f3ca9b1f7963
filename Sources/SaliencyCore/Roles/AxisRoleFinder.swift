/// Reads from a graph what the axes of its tensors stand for.
///
/// Axes that run along one another are one: those of a convolution's operand and result, of a transposed tensor, of both sides of a sum.
/// What one operation shows of an axis then holds for all of them: windows move over places, and a product with weights sums over units and
/// gives units.
package struct AxisRoleFinder {
  private let graph: Graph
  private let isConstant: [Bool]
  /// Where each node's axes start among all axes.
  private let starts: [Int]
  /// For each axis another that is the same; itself for the one that stands for all of them.
  private var same: [Int]
  private var facts: [Int: Facts] = [:]

  /// What is known of an axis.
  private struct Facts: OptionSet {
    let rawValue: UInt8
    static let height = Facts(rawValue: 1)
    static let width = Facts(rawValue: 2)
    static let depth = Facts(rawValue: 4)
    static let time = Facts(rawValue: 8)
    static let units = Facts(rawValue: 16)
    /// Steps are taken one by one.
    static let steps = Facts(rawValue: 32)
  }

  /// Reads a graph.
  package init(_ graph: Graph) {
    self.graph = graph
    isConstant = graph.isConstant
    var (starts, count) = ([Int](), 0)
    starts.reserveCapacity(graph.nodes.count)
    for node in graph.nodes {
      starts.append(count)
      count += node.shape.count
    }
    self.starts = starts
    same = Array(0..<count)
    for index in graph.nodes.indices where !isConstant[index] { join(index) }
    var steps: [Int: Int] = [:]
    for index in graph.nodes.indices where !isConstant[index] { note(index, &steps) }
    for (axis, count) in steps where count > 1 { facts[axis, default: []].insert(.steps) }
    for index in graph.nodes.indices where !isConstant[index] { joinResampled(index) }
  }

  /// The operand of a product with weights that sums over places instead of units, as a change of size does, and its axis of those places.
  private func resampled(_ index: Int) -> (operand: Int, axis: Int, result: Int)? {
    let node = graph.nodes[index]
    guard let product = node.operation as? MatrixProduct,
      isConstant[node.operands[0]] != isConstant[node.operands[1]]
    else { return nil }
    let position = isConstant[node.operands[0]] ? 1 : 0
    let operand = node.operands[position]
    let isInnerLast = position == 0 ? !product.transposesLeft : product.transposesRight
    let axis = graph.nodes[operand].shape.count - (isInnerLast ? 1 : 2)
    guard isWindowed(operand, axis: axis) else { return nil }
    return (position, axis, node.shape.count - (position == 0 ? 1 : 2))
  }

  /// Makes one of the axis that a change of size reads and the one that it gives.
  private mutating func joinResampled(_ index: Int) {
    guard let (operand, axis, result) = resampled(index) else { return }
    let source = representative(starts[graph.nodes[index].operands[operand]] + axis)
    let target = representative(starts[index] + result)
    guard source != target else { return }
    let known = (facts[source] ?? []).union(facts[target] ?? [])
    same[max(source, target)] = min(source, target)
    facts[min(source, target)] = known
  }

  /// What an axis of a node stands for beside items; nil where nothing shows it.
  package func role(of node: Int, axis: Int) -> AxisRole? {
    let facts = facts[representative(starts[node] + axis)] ?? []
    if facts.contains(.width) { return .width }
    if facts.contains(.height) { return .height }
    if facts.contains(.depth) { return .depth }
    if facts.contains(.time) { return .time }
    if facts.contains(.units) { return .units }
    return facts.contains(.steps) ? .time : nil
  }

  /// Whether windows move along an axis of a node.
  package func isWindowed(_ node: Int, axis: Int) -> Bool {
    let facts = facts[representative(starts[node] + axis)] ?? []
    return !facts.isDisjoint(with: [.height, .width, .depth, .time])
  }

  /// Where a node's units lie.
  package enum UnitAxis: Sendable, Hashable {
    /// Along an axis.
    case axis(Int)
    /// There was one unit, whose axis is gone.
    case single
    /// Nothing shows it.
    case unknown
  }

  /// The axis along which a node's units lie: what the last product or convolution before it gives, followed through whatever only moves or bends
  /// numbers.
  package func unitAxis(of node: Int) -> UnitAxis {
    var path: [(result: Int, operand: Int)] = []
    var index = node
    var axis: Int
    search: while true {
      let node = graph.nodes[index]
      var position: Int?
      if let (operand, _, _) = resampled(index) {
        path.append((index, operand))
        index = node.operands[operand]
        continue
      }
      switch node.operation {
      case is Convolution, is TransposedConvolution:
        axis = 1
        break search
      case is MatrixProduct where isConstant[node.operands[1]]:
        axis = node.shape.count - 1
        break search
      case is MatrixProduct where isConstant[node.operands[0]]:
        axis = node.shape.count - 2
        break search
      case is MatrixProduct: position = 1
      case is Concatenation:
        // The longest part: of a detector's boxes and classes the classes.
        position = node.operands.indices.filter { !isConstant[node.operands[$0]] }.max {
          (elementCount(node.operands[$0]), $1) < (elementCount(node.operands[$1]), $0)
        }
      default:
        let open = node.operands.indices.filter { !isConstant[node.operands[$0]] }
        let count = node.shape.elementCount
        position = open.first { graph.nodes[node.operands[$0]].shape.elementCount == count } ?? open.first
      }
      guard let position else { return .unknown }
      path.append((index, position))
      index = node.operands[position]
    }
    for (result, operand) in path.reversed() {
      guard let next = followedAxes(of: result)[operand][axis] else {
        return graph.nodes[graph.nodes[result].operands[operand]].shape[axis] == 1 ? .single : .unknown
      }
      axis = next
    }
    return .axis(axis)
  }

  private func elementCount(_ index: Int) -> Int { graph.nodes[index].shape.elementCount }

  private func followedAxes(of index: Int) -> [[Int?]] {
    let node = graph.nodes[index]
    return node.operation.followedAxes(of: node.operands.map { graph.nodes[$0].shape }, in: node.shape)
  }

  /// Makes one of the axes of a node and its operands that run along one another.
  private mutating func join(_ index: Int) {
    let operands = graph.nodes[index].operands
    for (operand, axes) in zip(operands, followedAxes(of: index)) where !isConstant[operand] {
      for (axis, result) in axes.enumerated() {
        guard let result else { continue }
        let (a, b) = (representative(starts[operand] + axis), representative(starts[index] + result))
        same[max(a, b)] = min(a, b)
      }
    }
  }

  private func representative(_ axis: Int) -> Int {
    var axis = axis
    while same[axis] != axis { axis = same[axis] }
    return axis
  }

  /// Takes down what a node shows of its axes and its operands'.
  private mutating func note(_ index: Int, _ steps: inout [Int: Int]) {
    let node = graph.nodes[index]
    func extents(_ operand: Int) -> Shape { graph.nodes[node.operands[operand]].shape }
    func isOpen(_ operand: Int) -> Bool { !isConstant[node.operands[operand]] }
    switch node.operation {
    case is Convolution, is TransposedConvolution:
      // Windows of one place move over nothing.
      let hasWindows = extents(1).dropFirst(2).contains { $0 > 1 }
      if hasWindows { note(windowsOf: index) }
      if isOpen(0) {
        if hasWindows { note(windowsOf: node.operands[0]) }
        note(.units, node.operands[0], 1)
      }
      note(.units, index, 1)
    case is MaximumPooling, is AveragePooling:
      note(windowsOf: index)
    case let product as MatrixProduct where isOpen(0) != isOpen(1):
      let rank = node.shape.count
      note(.units, index, isOpen(0) ? rank - 1 : rank - 2)
      let operand = isOpen(0) ? 0 : 1
      let isInnerLast = isOpen(0) ? !product.transposesLeft : product.transposesRight
      note(.units, node.operands[operand], extents(operand).count - (isInnerLast ? 1 : 2))
    case let slice as Slice where isOpen(0):
      for (axis, count) in slice.counts.enumerated() where count == 1 && extents(0)[axis] > 1 {
        steps[representative(starts[node.operands[0]] + axis), default: 0] += 1
      }
    case let joined as Concatenation:
      let stepCount = node.operands.count { graph.nodes[$0].shape[joined.axis] == 1 && !isConstant[$0] }
      if stepCount > 1 { steps[representative(starts[index] + joined.axis), default: 0] += stepCount }
    default: break
    }
  }

  private mutating func note(windowsOf index: Int) {
    let rank = graph.nodes[index].shape.count
    let roles: [Facts] =
      switch rank {
      case 3: [.time]
      case 4: [.height, .width]
      case 5: [.depth, .height, .width]
      default: []
      }
    for (offset, role) in roles.enumerated() { note(role, index, 2 + offset) }
  }

  private mutating func note(_ fact: Facts, _ index: Int, _ axis: Int) {
    facts[representative(starts[index] + axis), default: []].insert(fact)
  }
}
