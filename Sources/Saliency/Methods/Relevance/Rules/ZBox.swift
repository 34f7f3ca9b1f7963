import SaliencyCore

/// The smallest or largest value that an input may have.
public enum RelevanceBound: Sendable {
  /// The smallest or largest of the input at hand.
  case ofInput
  /// The same number for all.
  case number(Float)
  /// A number for each channel.
  case channels([Float])
}

extension RelevanceRule {
  /// The z^B-rule for the first layer of inputs between bounds l and h:
  /// Rᵢ = Σⱼ (xᵢ wᵢⱼ − lᵢ wᵢⱼ⁺ − hᵢ wᵢⱼ⁻) / Σᵢ (xᵢ wᵢⱼ − lᵢ wᵢⱼ⁺ − hᵢ wᵢⱼ⁻) Rⱼ (Montavon et al., "Explaining NonLinear Classification Decisions with Deep Taylor
  /// Decomposition", 2017).
  ///
  /// The bounds are those of what the network is given, after an image was scaled. Biases have no part in it.
  public static func zBox(low: RelevanceBound = .ofInput, high: RelevanceBound = .ofInput) -> RelevanceRule {
    RelevanceRule("z-box") { sum, relevance in
      let weights = sum.weights
      let terms = [
        (sum.input, weights), (-sum.bound(low, isHigh: false), weights.rectified()),
        (-sum.bound(high, isHigh: true), weights.minimum(0)),
      ]
      let sums = terms.map { sum.sum(of: $0.0, weights: $0.1) }
      let shares = relevance.divided(by: sums[0] + sums[1] + sums[2], stabilizer: stabilizer)
      let parts = terms.map { $0.0 * sum.handedBack(shares, through: $0.1) }
      return parts[0] + parts[1] + parts[2]
    }
  }
}

extension WeightedSum {
  /// A bound in the input's shape.
  fileprivate func bound(_ bound: RelevanceBound, isHigh: Bool) -> Value {
    let shape = input.shape
    let value: Value
    switch bound {
    case .ofInput:
      let axes = Array(shape.indices.dropFirst())
      value = isHigh ? input.largest(axes) : input.smallest(axes)
    case .number(let number): value = input.builder.constant(Tensor(number))
    case .channels(let numbers):
      let axis = layer.kind == .convolution ? 1 : shape.count - 1
      guard numbers.count == shape[axis] else {
        input.builder.fail(
          GraphError(
            .shapeMismatch, "\(numbers.count) bounds are given for \(shape[axis]) channels of the input"),
          node: layer.name)
        return input
      }
      let extents = [numbers.count] + [Int](repeating: 1, count: shape.count - 1 - axis)
      value = input.builder.constant(Tensor(shape: extents, values: numbers))
    }
    return value.broadcast(to: shape)
  }
}
