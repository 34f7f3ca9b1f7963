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
  /// The products with weights on the left that mix places, as those with the links of a graph do, and have no units of their own.
  private var mixers: Set<Int> = []
  /// For an axis that several were merged into those.
  private var merged: [Int: [(axis: Int, extent: Int)]] = [:]

  /// What is known of an axis.
  private struct Facts: OptionSet {
    let rawValue: UInt8
    static let height = Facts(rawValue: 1)
    static let width = Facts(rawValue: 2)
    static let depth = Facts(rawValue: 4)
    static let time = Facts(rawValue: 8)
    static let units = Facts(rawValue: 16)
    /// Elements are taken one by one.
    static let steps = Facts(rawValue: 32)
    /// It is made of what is computed from such elements, one after another.
    static let sequence = Facts(rawValue: 64)
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
    for index in graph.nodes.indices { join(index) }
    var steps: [Int: Int] = [:]
    for index in graph.nodes.indices where !isConstant[index] { note(index, &steps) }
    // Of what a second input gives, which is constant then, windows are shown all the same.
    for index in graph.nodes.indices where isConstant[index] && !graph.nodes[index].operands.isEmpty {
      noteWindows(index)
    }
    for index in graph.nodes.indices where !isConstant[index] { noteProductOfRows(index) }
    for (axis, count) in steps where count > 1 { facts[axis, default: []].insert(.steps) }
    noteSequences()
    // Places go on both ways: behind a change of size, and before one whose result windows move over.
    for index in Array(graph.nodes.indices) + graph.nodes.indices.reversed() where !isConstant[index] {
      joinResampled(index)
    }
  }

  /// A product with weights that sums over places instead of units, as a change of size does.
  private func resampled(_ index: Int) -> SizeChange? {
    guard let change = SizeChange(index, in: graph, isConstant: isConstant) else { return nil }
    let isOfPlaces = isWindowed(graph.nodes[index].operands[change.operand], axis: change.axis)
    return isOfPlaces || change.isAveraging || isWindowed(index, axis: change.result) && change.keepsPlaces
      ? change : nil
  }

  /// Makes one of the axis that a change of size reads and the one that it gives.
  private mutating func joinResampled(_ index: Int) {
    guard let change = resampled(index) else { return }
    let source = representative(starts[graph.nodes[index].operands[change.operand]] + change.axis)
    let target = representative(starts[index] + change.result)
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
    return facts.isDisjoint(with: [.steps, .sequence]) ? nil : .time
  }

  /// Whether places are proved to lie along an axis of a node: windows move along it, or its steps follow from one another.
  package func hasPlaces(_ node: Int, axis: Int) -> Bool {
    let facts = facts[representative(starts[node] + axis)] ?? []
    return isWindowed(node, axis: axis) || facts.contains(.sequence) && !facts.contains(.units)
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
      if let change = resampled(index) {
        path.append((index, change.operand))
        index = node.operands[change.operand]
        continue
      }
      switch node.operation {
      case is Convolution, is TransposedConvolution:
        axis = 1
        break search
      case is MatrixProduct where isConstant[node.operands[1]]:
        axis = node.shape.count - 1
        break search
      case is MatrixProduct where isConstant[node.operands[0]] && !mixers.contains(index):
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
      guard let next = followedAxes(of: result)[operand][axis] ?? mergedAxis(of: result, innermost: axis)
      else {
        return graph.nodes[graph.nodes[result].operands[operand]].shape[axis] == 1 ? .single : .unknown
      }
      axis = next
    }
    return .axis(axis)
  }

  /// The axis of a change of shape's result that joins an axis of its operand with those before it, as of a recurrent layer its units with its two
  /// directions, or of attention the features of a head with the heads; nil where there is none, or places are among them.
  private func mergedAxis(of index: Int, innermost axis: Int) -> Int? {
    let node = graph.nodes[index]
    guard node.operation is Reshape, let operand = node.operands.first else { return nil }
    let before = graph.nodes[operand].shape
    for (source, target) in Reshape.blocks(from: before, to: node.shape) where source.contains(axis) {
      let (long, result) = (source.filter { before[$0] > 1 }, target.filter { node.shape[$0] > 1 })
      guard long.last == axis, result.count == 1,
        !long.dropLast().contains(where: { hasPlaces(operand, axis: $0) })
      else { return nil }
      return result[0]
    }
    return nil
  }

  private func elementCount(_ index: Int) -> Int { graph.nodes[index].shape.elementCount }

  private func followedAxes(of index: Int) -> [[Int?]] {
    let node = graph.nodes[index]
    return node.operation.followedAxes(of: node.operands.map { graph.nodes[$0].shape }, in: node.shape)
  }

  /// Makes one of the axes of a node and its operands that run along one another.
  private mutating func join(_ index: Int) {
    let operands = graph.nodes[index].operands
    for (operand, axes) in zip(operands, followedAxes(of: index))
    where isConstant[operand] == isConstant[index] {
      for (axis, result) in axes.enumerated() {
        guard let result = result ?? reducedAxis(index, axis) else { continue }
        unite(starts[operand] + axis, starts[index] + result)
      }
    }
    if graph.nodes[index].operation is Reshape { joinMerged(index) }
  }

  /// The axis of one element that a sum, a mean or the largest leaves of an axis.
  private func reducedAxis(_ index: Int, _ axis: Int) -> Int? {
    let operation = graph.nodes[index].operation
    return operation is Reduction || operation is MinMaxReduction ? axis : nil
  }

  private mutating func unite(_ a: Int, _ b: Int) {
    let (a, b) = (representative(a), representative(b))
    same[max(a, b)] = min(a, b)
  }

  /// Takes down which axes a change of shape merges into one; where it takes one apart that was merged of the same extents, those are the same
  /// axes again, as around a product that knows two axes alone.
  private mutating func joinMerged(_ index: Int) {
    let operand = graph.nodes[index].operands[0]
    let (before, after) = (graph.nodes[operand].shape, graph.nodes[index].shape)
    for (source, target) in Reshape.blocks(from: before, to: after) {
      if target.count == 1, source.count > 1 {
        merged[representative(starts[index] + target.lowerBound)] = source.map {
          (starts[operand] + $0, before[$0])
        }
      } else if source.count == 1, target.count > 1,
        let parts = merged[representative(starts[operand] + source.lowerBound)],
        parts.map(\.extent) == target.map({ after[$0] })
      {
        for (part, axis) in zip(parts, target) { unite(part.axis, starts[index] + axis) }
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
    noteWindows(index)
    switch node.operation {
    case is Convolution, is TransposedConvolution:
      if isOpen(0) { note(.units, node.operands[0], 1) }
    case let product as MatrixProduct where isOpen(0) && !isOpen(1) && !isAveraging(index):
      note(.units, index, node.shape.count - 1)
      note(.units, node.operands[0], extents(0).count - (product.transposesLeft ? 2 : 1))
    case let slice as Slice where isOpen(0):
      for (axis, count) in slice.counts.enumerated() where count == 1 && extents(0)[axis] > 1 {
        steps[representative(starts[node.operands[0]] + axis), default: 0] += 1
      }
    default: break
    }
  }

  /// Takes down where what is computed from elements of an axis, taken one by one, is put together again in their order. What is joined otherwise, such as
  /// both directions of a recurrent layer, is none.
  private mutating func noteSequences() {
    func isJoined(_ index: Int) -> Int? {
      let node = graph.nodes[index]
      guard !isConstant[index], let joined = node.operation as? Concatenation, node.operands.count > 1,
        node.operands.allSatisfy({ graph.nodes[$0].shape[joined.axis] == 1 })
      else { return nil }
      return joined.axis
    }
    guard let last = graph.nodes.indices.last(where: { isJoined($0) != nil }) else { return }
    var taken: [[Int: StepsTaken]] = []
    taken.reserveCapacity(last + 1)
    for index in 0...last {
      let node = graph.nodes[index]
      var result = isConstant[index] ? [:] : StepsTaken.union(node.operands.map { taken[$0] })
      for (axis, step) in graph.chosenSteps(index) where !isConstant[index] {
        let count = graph.nodes[node.operands[0]].shape[axis]
        result[representative(starts[node.operands[0]] + axis)] = StepsTaken(
          first: step, last: step, count: count)
      }
      if let axis = isJoined(index) {
        let parts = node.operands.map { taken[$0] }
        // Some layers give their steps the other way around.
        if let source = StepsTaken.axis(of: parts) ?? StepsTaken.axis(of: parts.reversed()) {
          facts[source, default: []].insert(.sequence)
          facts[representative(starts[index] + axis), default: []].insert(.sequence)
        }
      }
      taken.append(result)
    }
  }

  /// Takes down what windows a node moves over its axes and its operands'.
  private mutating func noteWindows(_ index: Int) {
    let node = graph.nodes[index]
    switch node.operation {
    case is Convolution, is TransposedConvolution:
      // Windows of one place move over nothing.
      let hasWindows = graph.nodes[node.operands[1]].shape.dropFirst(2).contains { $0 > 1 }
      if hasWindows {
        note(windowsOf: index)
        if isConstant[node.operands[0]] == isConstant[index] { note(windowsOf: node.operands[0]) }
      }
      note(.units, index, 1)
    case is MaximumPooling, is AveragePooling: note(windowsOf: index)
    default: break
    }
  }

  /// Takes down what a product with weights on the left shows: it gives units, unless units lie along the other axis, so that it mixes places.
  private mutating func noteProductOfRows(_ index: Int) {
    let node = graph.nodes[index]
    guard let product = node.operation as? MatrixProduct, isConstant[node.operands[0]],
      !isConstant[node.operands[1]], !isAveraging(index)
    else { return }
    let rank = node.shape.count
    guard facts[representative(starts[index] + rank - 1)]?.contains(.units) != true else {
      mixers.insert(index)
      return
    }
    note(.units, index, rank - 2)
    note(
      .units, node.operands[1],
      graph.nodes[node.operands[1]].shape.count - (product.transposesRight ? 1 : 2))
  }

  /// Whether a product with weights makes each element a mean of neighbors.
  private func isAveraging(_ index: Int) -> Bool {
    SizeChange(index, in: graph, isConstant: isConstant)?.isAveraging ?? false
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
