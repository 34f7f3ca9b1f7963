import SaliencyCore

extension Tensor {
  /// Throws where an element of an input is not finite.
  func requireFiniteInput() throws(SaliencyError) {
    guard let index = firstNonFiniteIndex else { return }
    throw SaliencyError(
      .invalidInput,
      "element \(index) of \(shape.text) is \(values[index].name); an input has to be made of finite numbers")
  }

  /// Throws where an element of a result is not finite.
  func requireFiniteResult(
    _ role: String, advice: String = "check that the input is scaled as the network expects it"
  ) throws(SaliencyError) {
    guard let index = firstNonFiniteIndex else { return }
    throw SaliencyError(
      .nonFinite,
      "\(role) is \(values[index].name) (element \(index) of \(shape.text)); \(advice)")
  }
}

extension Graph {
  /// Throws where something is multiplied with an infinite weight: what comes of it is NaN for some inputs, which a
  /// rectifier hides. Infinities elsewhere are masks; NaN is refused everywhere when a plan is made.
  ///
  /// - Parameter network: the network that this explains; other constants are those of losses, rules and modifiers.
  func requireFiniteFactors(of network: Network) throws(SaliencyError) {
    for node in nodes where node.operation.multiplies {
      for operand in node.operands {
        guard let weight = (nodes[operand].operation as? Constant)?.tensor,
          let index = weight.firstNonFiniteIndex
        else { continue }
        let name = nodes[operand].name
        let isWeight = network.graph.nodes.contains { $0.operation is Constant && $0.name == name }
        throw SaliencyError(
          .nonFinite,
          "the \(isWeight ? "weight" : "constant") '\(name.printable())' contains \(weight.values[index].name) (element "
            + "\(index) of \(weight.shape.text)); "
            + (isWeight ? "export the model again from weights that are finite" : "make it of finite numbers")
        )
      }
    }
  }
}

extension Operation {
  fileprivate var multiplies: Bool {
    self is Convolution || self is TransposedConvolution || self is MatrixProduct || self is Multiplication
  }
}

extension Float {
  /// "nan", "inf" or "-inf".
  fileprivate var name: String { isNaN ? "nan" : "\(self)" }
}
