public import SaliencyCore

/// Measures how long a network and its explanation take on this machine.
///
/// Times are of whole calls, from the tensor of the input to the scores or the attribution, with the best unit of each item
/// explained. Where several things are compared they take turns, since what else the machine does changes from second to second.
public struct Benchmark: Sendable {
  /// The times of repeated calls.
  public struct Timing: Sendable, Hashable {
    /// The milliseconds of each call, in the order in which they were made.
    public let milliseconds: [Double]
    /// The one in the middle.
    public var median: Double { milliseconds.median }
    /// The shortest.
    public var minimum: Double { milliseconds.min() ?? .nan }
  }

  /// The network without explanation.
  public let predictor: Predictor
  /// The explanation.
  public let explainer: Explainer
  /// What both are given.
  public let input: Tensor
  /// Calls that are made before anything is measured.
  public static let warmUpCount = 3
  /// The milliseconds after which no more such calls are made.
  private static let warmUpDuration = 2000.0

  /// Compiles a network and its explanation.
  ///
  /// - Parameters:
  ///   - model: the network.
  ///   - method: how the gradient is propagated back.
  ///   - inputShape: the shape of the inputs; where nil, the one that ``Explainer`` takes.
  ///   - input: what they are given; where nil, normally distributed numbers, or integers of a byte where those are wanted,
  ///     always the same.
  ///   - executor: where they run; where nil, on ``Executor/shared``.
  /// - Throws: what ``Explainer`` and ``Predictor`` throw.
  public init(
    _ model: Model, method: Method = .gradient, inputShape: Shape? = nil, input: Tensor? = nil,
    executor: Executor? = nil
  ) async throws {
    let shape = inputShape ?? input?.shape
    explainer = try await Explainer(
      model, method: method, modifier: .none, inputShape: shape, executor: executor)
    predictor = try await Predictor(model, inputShape: shape, executor: executor)
    let range = try explainer.model.explainedInput().integerRange
    self.input = input ?? Tensor.noise(of: explainer.inputShape, within: range)
  }

  /// The numbers that both are computed with.
  public var precision: Precision { explainer.engine.executor.precision }

  /// The milliseconds of one prediction.
  public func timeForward() async throws -> Double {
    try await Self.time { _ = try await predictor.predictions(for: input) }
  }

  /// The milliseconds of one attribution.
  public func timeGradient() async throws -> Double {
    try await Self.time { _ = try await explainer.attribution(of: input) }
  }

  /// The times of predictions and attributions, which take turns.
  ///
  /// - Parameter runs: how many of each are measured.
  public func measure(runs: Int = 20) async throws -> (forward: Timing, gradient: Timing) {
    try await warmUp()
    var (forward, gradient): ([Double], [Double]) = ([], [])
    for _ in 0..<max(runs, 1) {
      forward.append(try await timeForward())
      gradient.append(try await timeGradient())
    }
    return (Timing(milliseconds: forward), Timing(milliseconds: gradient))
  }

  /// Makes the calls that are not counted: ``warmUpCount`` of each, fewer where they take seconds.
  public func warmUp() async throws {
    var milliseconds = 0.0
    for _ in 0..<Self.warmUpCount where milliseconds < Self.warmUpDuration {
      milliseconds += try await timeForward() + timeGradient()
    }
  }

  /// The times of the bare convolutions and matrix products of both as oneDNN has them, which take turns: the least that direct sums can
  /// take, for all parts of a batch.
  ///
  /// - Parameter runs: how often each is run.
  public func measureBarePrimitives(runs: Int = 20) async throws -> (forward: Timing, gradient: Timing) {
    let bare = (try await predictor.barePrimitives(), try await explainer.barePrimitives())
    let parts = (explainer.engine as? GraphEngine)?.batch.runCount ?? 1
    var (forward, gradient): ([Double], [Double]) = ([], [])
    for run in 0..<max(runs, 1) + Self.warmUpCount {
      let times = (
        try await predictor.executor.time(bare.0) * Double(predictor.batch.runCount),
        try await explainer.engine.executor.time(bare.1) * Double(parts)
      )
      guard run >= Self.warmUpCount else { continue }
      forward.append(times.0)
      gradient.append(times.1)
    }
    return (Timing(milliseconds: forward), Timing(milliseconds: gradient))
  }

  /// Spearman's rank correlation of the attribution's map with the one that single precision gives, of the same units: how much
  /// of it the ``precision`` leaves.
  ///
  /// Where rectifiers are open or shut depends on numbers near zero, which coarse numbers put on the other side; so the gradients of
  /// networks with many of them differ more than their scores do.
  public func rankCorrelationWithSinglePrecision() async throws -> Double {
    let attribution = try await explainer.attribution(of: input)
    let exact = try await Explainer(
      explainer.model, explainer.question, inputShape: explainer.inputShape,
      executor: Executor(threadCount: explainer.engine.executor.threadCount))
    let same = try await exact.attribution(of: input, eachItem: attribution.units.map { $0.map(\.part) })
    return Correlation.spearman(
      attribution.reducedOverChannels().values, same.reducedOverChannels().values)
  }

  private static func time(_ body: () async throws -> Void) async rethrows -> Double {
    let clock = ContinuousClock()
    let start = clock.now
    try await body()
    return start.duration(to: clock.now).milliseconds
  }
}

extension Tensor {
  /// Normally distributed numbers of mean 0 and variance 1, the same for the same seed.
  public static func noise(of shape: Shape, seed: UInt64 = 1) -> Tensor {
    var random = GaussianNoise(seed: seed)
    return Tensor(shape: shape, values: (0..<shape.elementCount).map { _ in random.next() })
  }

  /// The same, and where integers are wanted such of a byte that lie in their range.
  fileprivate static func noise(of shape: Shape, within range: ClosedRange<Double>?) -> Tensor {
    let noise = noise(of: shape)
    guard let range else { return noise }
    let limits = Float(max(range.lowerBound, 0))...Float(min(range.upperBound, 255))
    return Tensor(
      shape: shape,
      values: noise.values.map { min(max(($0 * 64 + 128).rounded(), limits.lowerBound), limits.upperBound) })
  }
}
