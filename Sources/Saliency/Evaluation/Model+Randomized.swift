import SaliencyCore

extension Model {
  /// The same model with random weights from its last layers back, for sanity checks.
  ///
  /// Kernels and biases of convolutions and matrix products become normally distributed numbers of the mean and deviation that they have, so
  /// that activations keep their sizes; normalizations stay as they are. Which numbers a layer gets does not depend on the share.
  ///
  /// - Parameters:
  ///   - share: the share of the layers with weights, 0 to 1, counted from the output.
  ///   - seed: where the random numbers start.
  public func randomized(share: Double = 1, seed: UInt64 = 0) -> Model {
    transformed { network in
      let weights = network.weights
      let count = Int((share * Double(weights.count)).rounded())
      var random = GaussianNoise(seed: seed)
      var tensors: [Int: Tensor] = [:]
      for node in weights.reversed().prefix(max(count, 0)).joined() {
        guard let constant = network.graph.nodes[node].operation as? Constant else { continue }
        tensors[node] = constant.tensor.randomized(&random)
      }
      return network.replacing(tensors)
    }
  }
}

extension Tensor {
  /// Normally distributed numbers of this tensor's mean and deviation.
  fileprivate func randomized(_ random: inout GaussianNoise) -> Tensor {
    let values = self.values
    let count = Double(max(values.count, 1))
    let mean = values.reduce(0) { $0 + Double($1) } / count
    let variance = values.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / count
    return Tensor(
      shape: shape, values: values.map { _ in Float(mean + variance.squareRoot() * Double(random.next())) })
  }
}

extension Network {
  /// For each layer with weights, in the order in which they are used, the constants that it is made of: kernel and bias. Weights that several
  /// layers share belong to the last of them.
  var weights: [[Int]] {
    let nodes = graph.nodes
    let isConstant = graph.isConstant
    var isTaken: Set<Int> = []
    var layers: [[Int]] = []
    for node in nodes.reversed()
    where node.operation is Convolution || node.operation is TransposedConvolution
      || node.operation is MatrixProduct
    {
      let constants = node.operands.filter { isConstant[$0] }.compactMap { largestConstant(behind: $0) }
        .filter { isTaken.insert($0).inserted }
      if !constants.isEmpty { layers.append(constants) }
    }
    return layers.reversed()
  }

  /// The largest constant that a value which depends on constants alone is made of, such as the kernel that is transposed.
  private func largestConstant(behind index: Int) -> Int? {
    let nodes = graph.nodes
    var (seen, open): (Set<Int>, [Int]) = ([], [index])
    var largest: Int?
    while let next = open.popLast() {
      guard seen.insert(next).inserted else { continue }
      if nodes[next].operation is Constant,
        largest.map({ nodes[next].shape.elementCount > nodes[$0].shape.elementCount }) ?? true
      {
        largest = next
      }
      open += nodes[next].operands
    }
    return largest
  }

  /// The same network with other numbers in some of its constants.
  fileprivate func replacing(_ tensors: [Int: Tensor]) -> Network {
    replacing(graph: graph.replacing(tensors))
  }
}
