import SaliencyCore

/// How an operator was given operands of different shapes before operator set 7, which brought NumPy's broadcasting.
enum OlderBroadcasting {
  /// Never, or as it still is.
  case none
  /// Where attribute `broadcast` is 1, with the second operand from the axis `axis` on.
  case onRequest
  /// With one slope a channel as the second operand.
  case slopePerChannel

  /// Gives operands the shapes with which NumPy's broadcasting does the same.
  func align(
    _ operands: inout [ImportedValue?], of node: ONNXNodeProto, _ builder: GraphBuilder
  ) throws(ImportFailure) {
    guard operands.count >= 2, let left = operands[0], let right = operands[1] else { return }
    let rank = left.shape.count
    switch self {
    case .none: break
    case .onRequest:
      guard node.attribute.contains(where: { $0.name == "broadcast" && $0.i == 1 }) else {
        guard left.shape == right.shape else {
          throw ImportFailure(
            .shapeMismatch,
            "\(left.shape.text) and \(right.shape.text) differ, and attribute 'broadcast' is not 1")
        }
        return
      }
      // The second operand stands from an axis on, or at the end.
      guard let given = node.attribute.first(where: { $0.name == "axis" })?.i else { return }
      let axis = given < 0 ? Int(clamping: given) + rank : Int(clamping: given)
      guard axis >= 0, axis + right.shape.count <= rank else {
        throw .invalid("\(right.shape.text) does not fit \(left.shape.text) from axis \(given) on")
      }
      operands[1] = Self.reshaped(
        right, right.shape + [Int](repeating: 1, count: rank - axis - right.shape.count), builder)
    case .slopePerChannel:
      guard right.shape.count == 1, right.shape[0] > 1, rank > 2 else { return }
      operands[1] = Self.reshaped(right, right.shape + [Int](repeating: 1, count: rank - 2), builder)
    }
  }

  private static func reshaped(
    _ value: ImportedValue, _ shape: Shape, _ builder: GraphBuilder
  ) -> ImportedValue {
    switch value {
    case .numbers(let numbers): .numbers(numbers.with(numbers.values, shape: shape))
    case .weights(let tensor, let type): .weights(tensor.reshaped(to: shape), type)
    case .computed(let value, let type): .computed(value.reshaped(to: shape), type)
    case .sequence, .blocked: value
    }
  }
}
