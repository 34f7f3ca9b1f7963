import SaliencyCore

/// What a method makes of what it samples at the points xᵢ = o + tᵢ d: an average over i, times d where that is asked for.
///
/// The loop over samples and the graph of an export are both made from this one description.
struct SampledAverage {
  /// The origin o and the direction d of the points.
  enum Line {
    /// From a baseline x′ to the input x: o = x′, d = x − x′.
    case path(from: Baseline)
    /// Around the input x: o = x, d = share · (max x − min x), the same number for all elements.
    case spread(Float)
  }

  /// The numbers tᵢ.
  enum Positions {
    /// One for each sample.
    case numbers([Double])
    /// Standard normal numbers, others for each element of each sample.
    case normal(count: Int, seed: UInt64)
  }

  /// The average over the samples.
  enum Average {
    /// The sum of the samples times their weights.
    case weighted([Double])
    case mean
    /// The mean of the squares.
    case meanSquare
    case variance
  }

  let line: Line
  let positions: Positions
  let average: Average
  /// Whether the average is multiplied by d.
  let isTimesDirection: Bool

  /// The number of samples.
  var count: Int {
    switch positions {
    case .numbers(let numbers): numbers.count
    case .normal(let count, _): count
    }
  }

  /// The seed of the random numbers; nil where there are none.
  var seed: UInt64? {
    switch positions {
    case .numbers: nil
    case .normal(_, let seed): seed
    }
  }
}

/// A sampling method that is an average over points which do not depend on what comes of them, so that one graph can compute all of them.
protocol AveragingMethod: SamplingMethod {
  /// The points, and what is made of the samples there.
  var sampledAverage: SampledAverage { get }
}

extension SampledAverage {
  /// The average for one input, in double precision, from samples that run some at a time.
  func attribution(of input: Tensor, _ network: NetworkSampler) async throws -> Tensor {
    let (origin, direction) = try await ends(of: input, network)
    var numbers = Numbers(positions)
    var sum = RunningAverage(average)
    var shape = input.shape
    try await network.run(count: count) { index in
      Tensor(
        shape: input.shape, values: zip(origin, direction).map { $0 + numbers.next(index) * $1 })
    } _: { sample in
      let sampled = sample.attribution!
      shape = sampled.shape
      sum.add(sampled.values, at: sample.index)
    }
    let values = sum.values(count: count)
    return Tensor(
      shape: shape,
      values: isTimesDirection
        ? zip(values, direction).map { Float($0 * Double($1)) } : values.map { Float($0) })
  }

  private func ends(
    of input: Tensor, _ network: NetworkSampler
  ) async throws -> (origin: [Float], direction: [Float]) {
    let values = input.values
    switch line {
    case .path(let baseline):
      let start = try await network.start(baseline).values
      return (start, zip(values, start).map { $0 - $1 })
    case .spread(let share): return (values, network.deviations(share, of: values))
    }
  }

  /// The numbers tᵢ, which are asked for in the order of the samples and of their elements.
  private enum Numbers {
    case fixed([Float])
    case normal(GaussianNoise)

    init(_ positions: Positions) {
      switch positions {
      case .numbers(let numbers): self = .fixed(numbers.map { Float($0) })
      case .normal(_, let seed): self = .normal(GaussianNoise(seed: seed))
      }
    }

    mutating func next(_ index: Int) -> Float {
      switch self {
      case .fixed(let numbers): return numbers[index]
      case .normal(var noise):
        let number = noise.next()
        self = .normal(noise)
        return number
      }
    }
  }

  /// Sums over the samples so far.
  private struct RunningAverage {
    let average: Average
    private var sum: [Double] = []
    private var squares: [Double] = []

    init(_ average: Average) { self.average = average }

    mutating func add(_ values: [Float], at index: Int) {
      if sum.isEmpty {
        sum = [Double](repeating: 0, count: values.count)
        if average.hasSquares { squares = sum }
      }
      let weight = if case .weighted(let weights) = average { weights[index] } else { 1.0 }
      for (element, value) in values.enumerated() {
        sum[element] += weight * Double(value)
        if average.hasSquares { squares[element] += Double(value) * Double(value) }
      }
    }

    func values(count: Int) -> [Double] {
      let count = Double(count)
      switch average {
      case .weighted: return sum
      case .mean: return sum.map { $0 / count }
      case .meanSquare: return squares.map { $0 / count }
      case .variance:
        return zip(sum, squares).map { max($1 / count - ($0 / count) * ($0 / count), 0) }
      }
    }
  }
}

extension SampledAverage.Average {
  fileprivate var hasSquares: Bool {
    switch self {
    case .weighted, .mean: false
    case .meanSquare, .variance: true
    }
  }
}
