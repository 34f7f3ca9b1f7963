import SaliencyCore

/// A sampling method whose samples can be computed by one graph, as a larger batch.
protocol UnrolledMethod: SamplingMethod {
  /// How many samples an item has.
  var sampleCount: Int { get }
  /// The seed of the random numbers; nil where there are none.
  var noiseSeed: UInt64? { get }
  /// The samples of each item, item×sample×….
  ///
  /// - Parameters:
  ///   - input: a batch of items, item×1×….
  ///   - noise: standard normal numbers of a shape, new ones for each sample.
  func samples(of input: Value, channelAxis: Int?, noise: (Shape) -> Value) throws -> Value
  /// The attribution of each item, item×1×…, from what ``SamplingMethod/sampled`` gives for the samples, item×sample×….
  ///
  /// - Parameter input: a batch of items, item×1×….
  func attribution(from sampled: Value, input: Value, channelAxis: Int?) throws -> Value
}

extension UnrolledMethod {
  var noiseSeed: UInt64? { nil }
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

extension IntegratedGradients: UnrolledMethod {
  var sampleCount: Int { quadrature.points(steps).count }

  /// One number a sample, along the second of as many axes as `value` has.
  private func perSample(_ numbers: [Double], _ value: Value) -> Value {
    var shape = value.shape.map { _ in 1 }
    shape[1] = numbers.count
    return value.builder.constant(Tensor(shape: shape, values: numbers.map { Float($0) }))
  }

  func samples(of input: Value, channelAxis: Int?, noise: (Shape) -> Value) throws -> Value {
    let start = try baseline.value(for: input, channelAxis: channelAxis)
    let positions = perSample(quadrature.points(steps).map(\.position), input)
    return (input - start) * positions + start
  }

  func attribution(from sampled: Value, input: Value, channelAxis: Int?) throws -> Value {
    let start = try baseline.value(for: input, channelAxis: channelAxis)
    let weights = perSample(quadrature.points(steps).map(\.weight), sampled)
    return (sampled * weights).sum([1]) * (input - start)
  }
}

extension SmoothGrad: UnrolledMethod {
  var sampleCount: Int { samples }
  var noiseSeed: UInt64? { seed }

  func samples(of input: Value, channelAxis: Int?, noise makeNoise: (Shape) -> Value) throws -> Value {
    let axes = Array(1..<input.shape.count)
    let range =
      input.applying(MinMaxReduction(axes: axes, isMaximum: true))
      - input.applying(MinMaxReduction(axes: axes, isMaximum: false))
    var shape = input.shape
    shape[1] = samples
    return input + makeNoise(shape) * (range * noise)
  }

  func attribution(from sampled: Value, input: Value, channelAxis: Int?) throws -> Value {
    let mean = sampled.mean([1])
    switch statistic {
    case .mean: return mean
    case .squares: return (sampled * sampled).mean([1])
    case .variance:
      let distance = sampled - mean
      return (distance * distance).mean([1])
    }
  }
}
