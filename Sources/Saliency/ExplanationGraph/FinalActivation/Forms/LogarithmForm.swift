import SaliencyCore

/// The logarithm of probabilities, or e to the power of such: ln softmax(x), e^(log-softmax(x)), and −softplus(−x), which is ln σ(x).
struct LogarithmForm: ActivationForm {
  func activation(of value: Value, _ finder: ActivationFinder) -> ActivatedValue? {
    switch value.node.operation {
    case is Logarithm, is Exponential:
      let isLogarithm = value.node.operation is Logarithm
      guard var inner = finder.activation(of: value.operand()), inner.isLogarithm != isLogarithm else {
        return nil
      }
      inner.isLogarithm = isLogarithm
      return inner
    default:
      let (softplus, scale, offset) = value.straightLine
      guard softplus.node.operation is Softplus, scale == -1, offset == 0, softplus.shape == value.shape
      else {
        return nil
      }
      return ActivatedValue(activation: .sigmoid, isLogarithm: true) {
        let (source, scale, offset) = softplus.operand().straightLine
        return source.scaled(by: -scale, plus: -offset)
      }
    }
  }
}
