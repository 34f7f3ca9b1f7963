import SaliencyCore

/// An activation that is an operation by itself.
struct OperationForm: ActivationForm {
  func activation(of value: Value, _ finder: ActivationFinder) -> ActivatedValue? {
    switch value.node.operation {
    case is Sigmoid: ActivatedValue(activation: .sigmoid) { value.operand() }
    case let softmax as Softmax: ActivatedValue(activation: .softmax, axis: softmax.axis) { value.operand() }
    case let softmax as LogSoftmax:
      ActivatedValue(activation: .softmax, axis: softmax.axis, isLogarithm: true) { value.operand() }
    default: nil
    }
  }
}
