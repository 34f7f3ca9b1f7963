/// Follows the places of an input through a graph: along which axes of its nodes they lie.
///
/// Windows, changes of size, recurrences and whatever moves, bends or mixes numbers keep a place where it is; a map over such an axis can be
/// laid over the input. Where an axis is joined with others, cut to a small part, turned around or summed over, nothing is known of it.
package struct PlaceTracer {
  /// What lies along each axis of each node.
  package private(set) var axes: [[PlacedAxis]] = []
  private let graph: Graph
  private let isConstant: [Bool]
  /// For each node the steps along the input's places that it is computed from, where places are taken one by one.
  private var steps: [[Int: StepsTaken]] = []

  /// Follows a node's axes.
  ///
  /// - Parameters:
  ///   - input: the node, whose first axis is that of the items.
  ///   - placeAxes: the axes along which its places lie.
  package init(_ graph: Graph, from input: Int, placeAxes: [Int]) {
    self.graph = graph
    isConstant = graph.isConstant
    axes.reserveCapacity(graph.nodes.count)
    for (index, node) in graph.nodes.enumerated() {
      if index == input {
        axes.append(
          node.shape.enumerated().map { axis, extent in
            placeAxes.firstIndex(of: axis).map { PlacedAxis(.place($0), extent) }
              ?? PlacedAxis(axis == 0 ? .items : .other, extent)
          })
      } else {
        axes.append(isConstant[index] ? node.shape.map { .other($0) } : followed(index))
      }
      steps.append(isConstant[index] ? [:] : stepsTaken(index))
    }
  }

  /// Whether a product with weights only changes how many cells there are along an axis of places.
  package func isResampling(_ index: Int) -> Bool { resampled(index) != nil }

  private func operands(_ index: Int) -> [(axes: [PlacedAxis], shape: Shape, isConstant: Bool)] {
    graph.nodes[index].operands.map { (axes[$0], graph.nodes[$0].shape, isConstant[$0]) }
  }

  private func followed(_ index: Int) -> [PlacedAxis] {
    let node = graph.nodes[index]
    let operands = operands(index)
    var result = node.shape.map { PlacedAxis.other($0) }
    switch node.operation {
    case is Reshape:
      return PlacedAxis.reshaped(operands[0].axes, from: operands[0].shape, to: node.shape)
    case is GridSampling, is AxisGather, is ScatterAddition, is AxisScatterAddition, is TopKIndices:
      return result
    case is Convolution, is TransposedConvolution, is MaximumPooling, is AveragePooling:
      for axis in node.shape.indices {
        switch axis {
        case 0: result[0] = operands[0].axes[0]
        case 1 where node.operation is MaximumPooling || node.operation is AveragePooling:
          result[1] = operands[0].axes[1]
        case 1: continue
        default: result[axis] = operands[0].axes[axis].windowed(node.shape[axis])
        }
      }
      return result
    default: break
    }
    let followed = node.operation.followedAxes(of: operands.map(\.shape), in: node.shape)
    for (operand, targets) in zip(operands, followed) where !operand.isConstant {
      for (axis, target) in targets.enumerated() {
        guard let target, operand.shape[axis] == node.shape[target], node.shape[target] > 1 else { continue }
        result[target] = Self.agreed(result[target], operand.axes[axis])
      }
    }
    switch node.operation {
    case let joined as Concatenation: result[joined.axis] = self.joined(index, along: joined.axis)
    case let slice as Slice:
      for axis in node.shape.indices {
        result[axis] = Self.sliced(
          operands[0].axes[axis], extent: operands[0].shape[axis], start: slice.starts[axis],
          count: slice.counts[axis], step: slice.steps[axis])
      }
    case let padding as Padding:
      for axis in node.shape.indices where padding.before[axis] != 0 || padding.after[axis] != 0 {
        let kept = node.shape[axis]
        result[axis] =
          Self.isMostOf(operands[0].shape[axis], kept) ? operands[0].axes[axis].windowed(kept) : .other(kept)
      }
    case let gather as Gather where operands[0].axes[1].single != nil:
      let extent = operands[0].shape[1]
      let isInOrder = gather.indices.enumerated().allSatisfy {
        SizeChange.isNear(Int($1), to: $0, of: node.shape[1], in: extent)
      }
      if isInOrder { result[1] = operands[0].axes[1].windowed(node.shape[1]) }
    case is MatrixProduct:
      if let change = resampled(index) {
        result[change.result] = operands[change.operand].axes[change.axis].windowed(node.shape[change.result])
      }
    default: break
    }
    return result
  }

  /// What both of two axes that run along one another count.
  private static func agreed(_ a: PlacedAxis, _ b: PlacedAxis) -> PlacedAxis {
    if !b.touchesPlaces && !b.isItems { return a }
    if !a.touchesPlaces && !a.isItems { return b }
    if a == b { return a }
    let (first, second) = (a.places, b.places)
    if first.isEmpty != second.isEmpty { return first.isEmpty ? b : a }
    return first.map(\.place) == second.map(\.place) ? a : .other(a.leading + a.count + a.trailing)
  }

  /// A part of an axis, where most of its places are in it.
  private static func sliced(
    _ axis: PlacedAxis, extent: Int, start: Int, count: Int, step: Int
  ) -> PlacedAxis {
    if start == 0, count == extent, step == 1 { return axis }
    guard step > 0, count > 1, !axis.places.isEmpty else { return .other(count) }
    let end = start + count
    if step == 1, start <= axis.leading, end >= axis.leading + axis.count {
      var part = axis
      (part.leading, part.trailing) = (axis.leading - start, end - axis.leading - axis.count)
      return part
    }
    return isMostOf(extent, count * step) ? axis.windowed(count) : .other(count)
  }

  private static func isMostOf(_ extent: Int, _ count: Int) -> Bool { 4 * count >= 3 * extent }

  /// What lies along the axis along which operands are joined: the places of one of them with the others around them, or steps one by one.
  private func joined(_ index: Int, along axis: Int) -> PlacedAxis {
    let node = graph.nodes[index]
    let parts = operands(index)
    let placed = parts.indices.filter { !parts[$0].axes[axis].places.isEmpty && !parts[$0].isConstant }
    if placed.count == 1, let position = placed.first {
      var result = parts[position].axes[axis]
      result.leading += parts[..<position].reduce(0) { $0 + $1.shape[axis] }
      result.trailing += parts[(position + 1)...].reduce(0) { $0 + $1.shape[axis] }
      return result
    }
    guard placed.isEmpty, parts.count > 1, parts.allSatisfy({ $0.shape[axis] == 1 }) else {
      return .other(node.shape[axis])
    }
    guard let place = StepsTaken.axis(of: node.operands.map { steps[$0] }) else {
      return .other(node.shape[axis])
    }
    return PlacedAxis(.place(place), parts.count)
  }

  /// The steps that a node is computed from.
  private func stepsTaken(_ index: Int) -> [Int: StepsTaken] {
    let node = graph.nodes[index]
    var result = StepsTaken.union(node.operands.map { steps[$0] })
    for (axis, step) in graph.chosenSteps(index) {
      let axis = axes[node.operands[0]][axis]
      let position = step - axis.leading
      guard let place = axis.single, 0..<axis.count ~= position else { continue }
      result[place] = StepsTaken(first: position, last: position, count: axis.count)
    }
    return result
  }

  /// A product with weights that changes the number of cells along an axis of places.
  private func resampled(_ index: Int) -> SizeChange? {
    guard let change = SizeChange(index, in: graph, isConstant: isConstant),
      axes[graph.nodes[index].operands[change.operand]][change.axis].single != nil, change.keepsPlaces
    else { return nil }
    return change
  }
}
