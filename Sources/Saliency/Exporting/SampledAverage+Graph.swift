import SaliencyCore

extension SampledAverage {
  /// The samples of each item, item×sample×….
  ///
  /// - Parameters:
  ///   - input: a batch of items, item×1×….
  ///   - channelAxis: the axis of `input` along which channels lie.
  ///   - noise: standard normal numbers of a shape, new ones for each sample.
  func samples(of input: Value, channelAxis: Int?, noise: (Shape) -> Value) throws -> Value {
    let (origin, direction) = try ends(of: input, channelAxis: channelAxis)
    switch positions {
    case .numbers(let numbers): return direction * perSample(numbers, input) + origin
    case .normal(let count, _):
      var shape = input.shape
      shape[1] = count
      return origin + noise(shape) * direction
    }
  }

  /// The average of each item, item×1×…, of what was sampled, item×sample×….
  ///
  /// - Parameters:
  ///   - input: a batch of items, item×1×….
  ///   - channelAxis: the axis of `input` along which channels lie.
  func attribution(from sampled: Value, input: Value, channelAxis: Int?) throws -> Value {
    let result = averaged(sampled)
    return isTimesDirection ? result * (try ends(of: input, channelAxis: channelAxis).direction) : result
  }

  private func averaged(_ sampled: Value) -> Value {
    switch average {
    case .weighted(let weights): return (sampled * perSample(weights, sampled)).sum([1])
    case .mean: return sampled.mean([1])
    case .meanSquare: return (sampled * sampled).mean([1])
    case .variance:
      let distance = sampled - sampled.mean([1])
      return (distance * distance).mean([1])
    }
  }

  private func ends(of input: Value, channelAxis: Int?) throws -> (origin: Value, direction: Value) {
    switch line {
    case .path(let baseline):
      let start = try baseline.value(for: input, channelAxis: channelAxis)
      return (start, input - start)
    case .spread(let share):
      let axes = Array(1..<input.shape.count)
      let range =
        input.applying(MinMaxReduction(axes: axes, isMaximum: true))
        - input.applying(MinMaxReduction(axes: axes, isMaximum: false))
      return (input, range * share)
    }
  }

  /// One number a sample, along the second of as many axes as `value` has.
  private func perSample(_ numbers: [Double], _ value: Value) -> Value {
    var shape = value.shape.map { _ in 1 }
    shape[1] = numbers.count
    return value.builder.constant(Tensor(shape: shape, values: numbers.map { Float($0) }))
  }
}

extension Baseline {
  /// The baseline of each item, for item×1×…; a number may stand for all elements.
  ///
  /// - Parameter channelAxis: the axis of `input` along which channels lie.
  func value(for input: Value, channelAxis: Int?) throws -> Value {
    switch self {
    case .zeros: return input.builder.constant(Tensor(0))
    case .constant(let number): return input.builder.constant(Tensor(number))
    case .tensor(let tensor):
      // With the axes of items and samples in front.
      guard tensor.shape.dropFirst() == input.shape.dropFirst(2) else {
        throw SaliencyError(
          .invalidSetting,
          "the baseline has the shape \(tensor.shape.text), which does not fit the model's input")
      }
      return input.builder.constant(tensor.reshaped(to: [1] + tensor.shape))
    case .blur:
      throw SaliencyError(
        .invalidSetting, "a blurred baseline cannot be exported; take zeros, a number, the mean or a tensor")
    case .mean:
      return input.mean(Array(2..<input.shape.count).filter { $0 != channelAxis })
    }
  }
}
