public import SaliencyCore

/// How the layers of a network lie over the places of its input: the pixels of an image, the steps of a signal, the voxels of a volume.
///
/// A layer lies over them where the graph proves it: its axes are followed from the input's through windows, changes of size, recurrences and
/// changes of shape. Nothing inside of attention, where tokens stand against tokens or are divided into heads, lies over the input.
struct PlaceGeometry {
  private let network: Network
  private let attention: AttentionMatrices
  private let tracer: PlaceTracer
  private let placeCount: Int
  private let itemCount: Int
  /// For each node those that are computed from it.
  private let readers: [[Int]]

  /// - Parameter placeAxes: the axes of the network's input along which its places lie.
  init(_ network: Network, placeAxes: [Int]) {
    self.network = network
    let input = network.inputs[0]
    tracer = PlaceTracer(network.graph, from: input.node, placeAxes: placeAxes)
    (placeCount, itemCount) = (placeAxes.count, input.shape.first ?? 1)
    attention = AttentionMatrices(network)
    var readers = [[Int]](repeating: [], count: network.graph.nodes.count)
    for (index, node) in network.graph.nodes.enumerated() {
      for operand in Set(node.operands) { readers[operand].append(index) }
    }
    self.readers = readers
  }

  /// How a node lies over the input; nil where it does not.
  func grid(ofNode node: Int) -> ActivationGrid? {
    guard !attention.inside.contains(node) else { return nil }
    return ActivationGrid(
      tracer.axes[node], shape: network.graph.nodes[node].shape, placeCount: placeCount, itemCount: itemCount)
  }

  /// How a layer's activation lies over the input; nil where it does not.
  func grid(of layer: Network.Layer) -> ActivationGrid? { grid(ofNode: layer.node) }

  /// How the tokens lie over the input that lie along an axis of a node, such as the keys of attention; nil where they do not.
  func tokenGrid(ofNode node: Int, axis: Int) -> ActivationGrid? {
    let placed = tracer.axes[node][axis]
    guard !placed.places.isEmpty else { return nil }
    return ActivationGrid(
      [placed], shape: [network.graph.nodes[node].shape[axis]], placeCount: placeCount, itemCount: 1)
  }

  /// The layers that lie over the input, on the way to what is explained or not, in order.
  var all: [ActivationLayer] {
    network.layers.compactMap { layer in grid(of: layer).map { ActivationLayer(layer: layer, grid: $0) } }
  }

  /// The layers that lie over the input and from which a value is computed, in order.
  ///
  /// Left out are those that only a few places are read of, such as the last step of a recurrence. Where tokens stand before the grid the
  /// output is read from one of them, so that those of the grid count no more behind the last attention. Where what is explained has places,
  /// its head is left out, too: the last product with weights and what follows, which is the answer and not what it rests on.
  func layers(before value: Value, hasHead: Bool = true) -> [ActivationLayer] {
    let path = value.path(from: value.builder.value(at: network.inputs[0].node))
    let attended = attention.ancestors(in: path, of: network.graph)
    let head = hasHead ? self.head(of: value) : []
    return network.layers.compactMap { layer in
      guard path.contains(layer.node), layer.node != value.index, !head.contains(layer.node),
        let grid = grid(of: layer)
      else { return nil }
      if grid.hasExtras, !attended.contains(layer.node) { return nil }
      // The same numbers as before, with the batch behind the places, rows and columns in one, or just the same.
      let node = network.graph.nodes[layer.node]
      if node.operation is Transpose || node.operation is Reshape,
        let source = self.grid(ofNode: node.operands[0]),
        source.itemAxis == 0 && grid.itemAxis != 0 || source.isPlain && !grid.isPlain
          || node.operation is Reshape && network.graph.nodes[node.operands[0]].shape == node.shape
      {
        return nil
      }
      return isReadInPart(layer.node, grid, path) ? nil : ActivationLayer(layer: layer, grid: grid)
    }
  }

  /// The layer whose map is taken where none is named: the last that lies over the input, and where what is explained has places the one that feeds
  /// its head, of several heads the finest. Maps of one channel, which are the answer itself and not what it rests on, are taken where there are no others.
  func defaultLayer(before value: Value, hasHead: Bool = true) -> ActivationLayer? {
    let layers = layers(before: value, hasHead: hasHead)
    guard hasHead else { return layers.defaultLayer }
    let nodes = network.graph.nodes
    let weighing = head(of: value).filter { nodes.indices.contains($0) && isWeighing(nodes[$0], $0) }
    let input = value.builder.value(at: network.inputs[0].node)
    let feeding = weighing.flatMap { nodes[$0].operands }.compactMap { operand -> ActivationLayer? in
      let path = value.builder.value(at: operand).path(from: input)
      return layers.filter { path.contains($0.layer.node) }.defaultLayer
    }
    return feeding.max { ($0.grid.count, $0.layer.node) < ($1.grid.count, $1.layer.node) }
      ?? layers.defaultLayer
  }

  /// The nodes that give the places of what is explained: from the last products with weights on; none where it has no places.
  private func head(of value: Value) -> Set<Int> {
    let nodes = value.builder.nodes
    let own = network.graph.nodes.indices
    // The sum of losses is one number, and what they are made of has places or not.
    let isSum = value.shape.isEmpty
    if !isSum, value.shape.dropFirst(2).allSatisfy({ $0 == 1 }) { return [] }
    var head: Set<Int> = []
    var waiting = [(index: value.index, isInside: false)]
    while let (index, isInside) = waiting.popLast() {
      let node = nodes[index]
      let isOwn = own.contains(index)
      if isSum, isOwn, !isInside, node.shape.count(where: { $0 > 1 }) < (itemCount > 1 ? 3 : 2) { continue }
      guard head.insert(index).inserted, !(isOwn && isWeighing(node, index)) else { continue }
      waiting += node.operands.map { ($0, isOwn) }
    }
    return head
  }

  /// Whether units are made here, by weights or of products, and not only moved or resized.
  private func isWeighing(_ node: Node, _ index: Int) -> Bool {
    switch node.operation {
    case is Convolution: return true
    case is TransposedConvolution:
      // As many units as before: a change of size that was learned.
      return network.graph.nodes[node.operands[0]].shape[1] != node.shape[1]
    case is MatrixProduct: return !tracer.isResampling(index)
    default: return false
    }
  }

  /// Whether all that is computed of a layer is computed of a part of its places.
  private func isReadInPart(_ layer: Int, _ grid: ActivationGrid, _ path: Set<Int>) -> Bool {
    guard grid.placeAxes.count == 1, grid.placeAxes[0].places.count == 1, !grid.hasExtras else {
      return false
    }
    let nodes = network.graph.nodes
    let total = grid.placeAxes[0].count
    var read: Set<Int> = []
    var waiting = [(node: layer, axis: grid.placeAxes[0].axis)]
    var seen: Set<Int> = [layer]
    while let (source, axis) = waiting.popLast() {
      for reader in readers[source] where path.contains(reader) {
        let node = nodes[reader]
        switch node.operation {
        case let slice as Slice where slice.counts[axis] < total:
          read.formUnion((0..<slice.counts[axis]).map { slice.starts[axis] + $0 * slice.steps[axis] })
        case let gather as Gather where axis == 1 && gather.indices.count < total:
          read.formUnion(gather.indices.map(Int.init))
        case is Reshape, is Transpose:
          guard let axis = tracer.axes[reader].firstIndex(where: { !$0.places.isEmpty }),
            node.shape[axis] == total
          else { return false }
          if seen.insert(reader).inserted { waiting.append((reader, axis)) }
        default: return false
        }
        if 2 * read.count > total { return false }
      }
    }
    return !read.isEmpty
  }
}

extension Network {
  /// The layers that lie over the places of the network's input and whose maps methods of the CAM family can take, in order; empty where the
  /// input has no places.
  public var activationLayers: [ActivationLayer] {
    placeGeometry.map { $0.geometry.layers(before: $0.units) } ?? []
  }

  /// The layer that methods of the CAM family take where none is named; nil where none lies over the input.
  public var defaultActivationLayer: ActivationLayer? {
    placeGeometry.flatMap { $0.geometry.defaultLayer(before: $0.units) }
  }

  /// How layers lie over the input, and the units of the output; nil where the input has no places.
  private var placeGeometry: (geometry: PlaceGeometry, units: Value)? {
    guard !outputs.isEmpty, let input = inputs.first else { return nil }
    let layout = ImageLayout(of: input.shape, default: channelsAreLast ? .channelsLast : .channelsFirst)
    let finder = AxisRoleFinder(graph)
    guard let roles = try? inputRoles(finder) else { return nil }
    let places = placeAxes(roles, channelAxis: inputChannelAxis(roles, ifImage: layout))
    guard !places.isEmpty else { return nil }
    let builder = GraphBuilder(continuing: graph)
    guard let units = try? ExplainedUnits(self, builder, layer: nil, side: .score, finder).units else {
      return nil
    }
    return (PlaceGeometry(self, placeAxes: places), units)
  }

  /// The axes of the first input along which its places lie; none where it is a list of features.
  ///
  /// - Parameter channelAxis: the axis of the channels; nil where there are none.
  func placeAxes(_ roles: AxisRoles, channelAxis: Int?) -> [Int] {
    let shape = inputs[0].shape
    let axes = shape.indices.dropFirst().filter { $0 != channelAxis }
    // One list of numbers has places only where the graph shows it.
    guard shape.count <= 2 else { return axes }
    return axes.filter { roles.axes[$0].role.isPlace && roles.axes[$0].role != .query }
  }
}

extension Model {
  /// The layers that lie over the places of the model's input, as ``Network/activationLayers`` has them, whichever axis is the batch's.
  ///
  /// - Parameter inputShape: the shape of the input, as the model has it.
  /// - Throws: what ``network(inputShape:)`` throws.
  public func activationLayers(inputShape: Shape) throws -> [ActivationLayer] {
    try arrangedNetwork(inputShape).activationLayers
  }

  /// The layer of them that methods of the CAM family take where none is named; nil where none lies over the input.
  ///
  /// - Parameter inputShape: the shape of the input, as the model has it.
  /// - Throws: what ``network(inputShape:)`` throws.
  public func defaultActivationLayer(inputShape: Shape) throws -> ActivationLayer? {
    let network = try arrangedNetwork(inputShape)
    return network.obstacle(to: network.outputs[0]) == nil ? network.defaultActivationLayer : nil
  }

  private func arrangedNetwork(_ inputShape: Shape) throws -> Network {
    let arranged = try ArrangedModel(self, inputShape: inputShape)
    return try arranged.network(inputShape: arranged.arrangement.arranged(inputShape))
  }
}

extension [ActivationLayer] {
  /// The last one, without maps of one channel, which are the answer itself and not what it rests on, where there are others.
  fileprivate var defaultLayer: ActivationLayer? {
    last { layer in layer.grid.channelAxis.map { layer.layer.shape[$0] > 1 } ?? false } ?? last
  }
}
