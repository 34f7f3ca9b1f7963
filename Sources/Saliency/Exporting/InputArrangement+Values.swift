import SaliencyCore

extension InputArrangement {
  /// A value as the model has it, with the items in front.
  func arranged(_ value: Value) -> Value {
    guard let itemAxis else { return value.reshaped(to: [1] + value.shape) }
    return value.transposed([itemAxis] + value.shape.indices.filter { $0 != itemAxis })
  }

  /// A value with the items in front, as the model has it.
  func original(_ value: Value) -> Value {
    itemAxis == nil
      ? value.reshaped(to: Shape(value.shape.dropFirst()))
      : value.transposed(value.shape.indices.map(arrangedAxis))
  }
}
