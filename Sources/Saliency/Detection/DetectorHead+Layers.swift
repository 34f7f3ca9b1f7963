import SaliencyCore

extension DetectorHead {
  /// The finest feature map that feeds the head: of all layers that each of the head's last convolutions is computed from, the last one on the
  /// finest grid that there is among these convolutions. So it counts for boxes of all sizes, and is none of their coordinates.
  ///
  /// Of a head that reads the image by attention it is the last map that it is computed from. Nil where there are no convolutions over the image or
  /// no such layer.
  func feedingLayer(of network: Network, _ geometry: PlaceGeometry) -> ActivationLayer? {
    let nodes = network.graph.nodes
    let finder = AxisRoleFinder(network.graph)
    // The last convolutions over the image, whatever is done with their results.
    var (lasts, seen, waiting): (Set<Int>, Set<Int>, [Int]) = ([], [], sources.map(\.index))
    let isConstant = network.graph.isConstant
    var readsByAttention = false
    while let next = waiting.popLast() {
      guard seen.insert(next).inserted else { continue }
      guard nodes.indices.contains(next) else {
        waiting += sources[0].builder.nodes[next].operands
        continue
      }
      let node = nodes[next]
      if node.operation is MatrixProduct, !node.operands.contains(where: { isConstant[$0] }) {
        readsByAttention = true
      }
      if node.operation is Convolution, node.shape.count == 4, finder.isWindowed(next, axis: 2),
        finder.isWindowed(next, axis: 3)
      {
        lasts.insert(next)
      } else {
        waiting += node.operands.filter { !isConstant[$0] }
      }
    }
    guard let finest = lasts.map({ Array(nodes[$0].shape[2...3]) }).max(by: { $0[0] * $0[1] < $1[0] * $1[1] })
    else { return nil }
    if readsByAttention {
      return layers(of: network, geometry, among: seen).last { found in
        found.layer.shape.count == 4
          && found.grid.placeAxes.allSatisfy { finder.isWindowed(found.layer.node, axis: $0.axis) }
      }
    }
    var common: Set<Int>?
    for last in lasts {
      var (before, waiting): (Set<Int>, [Int]) = ([], nodes[last].operands)
      while let next = waiting.popLast() {
        if before.insert(next).inserted { waiting += nodes[next].operands }
      }
      common = common.map { $0.intersection(before) } ?? before
    }
    let layers = layers(of: network, geometry, among: common ?? [])
    return layers.last { $0.grid.extents == finest } ?? layers.last
  }

  /// The layers among some nodes that lie over the image with more than one channel, in order.
  private func layers(
    of network: Network, _ geometry: PlaceGeometry, among nodes: Set<Int>
  ) -> [ActivationLayer] {
    network.layers.compactMap { layer in
      guard nodes.contains(layer.node), layer.node != network.inputs[0].node,
        let grid = geometry.grid(of: layer), let axis = grid.channelAxis, layer.shape[axis] > 1
      else { return nil }
      return ActivationLayer(layer: layer, grid: grid)
    }
  }
}
