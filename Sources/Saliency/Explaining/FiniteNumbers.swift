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
  func requireFiniteResult(_ role: String) throws(SaliencyError) {
    guard let index = firstNonFiniteIndex else { return }
    throw SaliencyError(
      .nonFinite,
      "\(role) is \(values[index].name) (element \(index) of \(shape.text)); check that the input is scaled as the network "
        + "expects it")
  }
}

extension Graph {
  /// Throws where a weight is NaN, or one that something is multiplied with is infinite: rectifiers would turn what
  /// comes of it into 0, and hide it.
  func requireFiniteWeights() throws(SaliencyError) {
    for node in nodes {
      for operand in node.operands {
        guard let weight = (nodes[operand].operation as? Constant)?.tensor,
          let first = weight.firstNonFiniteIndex
        else { continue }
        let values = weight.values
        guard let index = node.operation.multiplies ? first : values.firstIndex(where: \.isNaN) else {
          continue
        }
        throw SaliencyError(
          .nonFinite,
          "the weight '\(nodes[operand].name.printable())' contains \(values[index].name) (element \(index) of "
            + "\(weight.shape.text)); export the model again from weights that are finite")
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
