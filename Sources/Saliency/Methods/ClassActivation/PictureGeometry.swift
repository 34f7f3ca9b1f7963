public import SaliencyCore

/// How the layers of a network lie over its picture.
///
/// Four axes are channels, height and width, in the order that is nearer to the picture's proportions. Three are tokens and channels,
/// where the tokens are as many as the cells of the grid that the convolution before them gives, or of one that is coarser by a whole
/// factor, with up to five tokens in front. Nothing inside of attention, where tokens stand against tokens or are divided into heads, lies
/// over the picture.
struct PictureGeometry {
  private let network: Network
  private let attention: AttentionMatrices
  /// The extents of the network's input.
  private let batch: Int
  private let size: [Int]
  /// For each node the last convolution over two axes that it is computed from.
  private let convolution: [Int?]

  /// The most tokens that may stand before a grid: a class token, one for distillation, or four registers.
  private static let leadingLimit = 5

  /// Nil where the network's input is no picture.
  init?(_ network: Network) {
    guard let shape = network.inputs.first?.shape, shape.count == 4 else { return nil }
    let layout = PictureLayout(of: shape, usual: network.channelsAreLast ? .channelsLast : .channelsFirst)
    self.network = network
    (batch, size) = (shape[0], layout.spatialAxes.map { shape[$0] })
    attention = AttentionMatrices(network)
    var convolution = [Int?](repeating: nil, count: network.graph.nodes.count)
    for (index, node) in network.graph.nodes.enumerated() {
      convolution[index] =
        node.operation is Convolution && node.shape.count == 4
        ? index : node.operands.compactMap { convolution[$0] }.max()
    }
    self.convolution = convolution
  }

  /// How a layer's activation lies over the picture; nil where it does not.
  func grid(of layer: Network.Layer) -> ActivationGrid? {
    guard layer.shape.first == batch, !attention.inside.contains(layer.node) else { return nil }
    switch layer.shape.count {
    case 3: return tokenGrid(count: layer.shape[1], node: layer.node)
    case 4:
      let isLast =
        network.channelAxis(of: layer) == 3 || isNearer(layer.shape[1...2], than: layer.shape[2...3])
      let extents = Array(isLast ? layer.shape[1...2] : layer.shape[2...3])
      guard extents[0] > 1 || extents[1] > 1, attention.matrices.isEmpty || hasProportions(extents) else {
        return nil
      }
      return ActivationGrid(
        arrangement: isLast ? .channelsLast : .channelsFirst, height: extents[0], width: extents[1])
    default: return nil
    }
  }

  /// The grid of as many tokens, which a node computes or reads; nil where they are none.
  func tokenGrid(count: Int, node: Int) -> ActivationGrid? {
    let finest = convolution[node].map { Array(network.graph.nodes[$0].shape[2...3]) } ?? size
    for factor in 1...max(finest[0], finest[1], 1) {
      let (height, width) = ((finest[0] + factor - 1) / factor, (finest[1] + factor - 1) / factor)
      let (cells, overflow) = height.multipliedReportingOverflow(by: width)
      guard !overflow, cells <= count else { continue }
      guard cells > 1, count - cells <= Self.leadingLimit else { return nil }
      return ActivationGrid(arrangement: .tokens(leading: count - cells), height: height, width: width)
    }
    return nil
  }

  /// The layers that lie over the picture and from which a value is computed, in order.
  ///
  /// Where tokens stand in front of the grid the output is read from one of them, so that those of the grid count no more behind the
  /// last attention; such layers are left out.
  func layers(before value: Value) -> [ActivationLayer] {
    let path = value.path(from: value.builder.value(at: network.inputs[0].node))
    let attended = attention.ancestors(in: path, of: network.graph)
    return network.layers.compactMap { layer in
      guard path.contains(layer.node), layer.node != value.index, let grid = grid(of: layer) else {
        return nil
      }
      if case .tokens(let leading) = grid.arrangement, leading > 0, !attended.contains(layer.node) {
        return nil
      }
      return ActivationLayer(layer: layer, grid: grid)
    }
  }

  private func mismatch(_ extents: some Sequence<Int>) -> Double {
    let extents = Array(extents)
    return abs(Double(extents[0]) * Double(size[1]) - Double(extents[1]) * Double(size[0]))
  }

  /// Whether extents have the picture's proportions, up to a cell.
  private func hasProportions(_ extents: some Sequence<Int>) -> Bool {
    mismatch(extents) <= Double(max(size[0], size[1]))
  }

  private func isNearer(_ extents: some Sequence<Int>, than others: some Sequence<Int>) -> Bool {
    hasProportions(extents) && mismatch(extents) < mismatch(others)
  }
}

extension Network {
  /// The layers that lie over the network's picture and whose maps methods of the CAM family can take, in order; empty where the input is no
  /// picture.
  public var activationLayers: [ActivationLayer] {
    guard let geometry = PictureGeometry(self), let output = outputs.first else { return [] }
    let builder = GraphBuilder(continuing: graph)
    return geometry.layers(before: FinalActivation(of: builder.value(at: output.node)).score)
  }

  /// The layer that methods of the CAM family take where none is named; nil where none lies over a picture.
  public var usualActivationLayer: ActivationLayer? { activationLayers.usual }
}

extension [ActivationLayer] {
  /// The last one, without maps of one channel, which are the answer itself and not what it rests on, where there are others.
  var usual: ActivationLayer? { last { $0.layer.shape[$0.grid.channelAxis] > 1 } ?? last }
}
