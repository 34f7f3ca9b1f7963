public import SaliencyCore

/// Guided integrated gradients: integrated gradients along a path that moves the elements with the smallest gradients first, and so keeps away from
/// where the network is steep for reasons of its own (Kapishnikov et al., "Guided Integrated Gradients", 2021).
///
/// At each step the elements whose gradients are among the smallest move on towards the input until the way left has become shorter by an equal
/// part; none leaves the straight path by more than `distance` of its length. Each step depends on the one before, so that samples run
/// one by one. Attributions sum up to f(x) − f(x′), as exactly as the integral is computed.
public struct GuidedIntegratedGradients: SamplingMethod {
  public var takesSeveralInputs: Bool { true }
  public let name = "guided-ig"
  /// The number of steps.
  public let steps: Int
  /// Where the path starts.
  public let baseline: Baseline
  /// The share of the elements that move at a time.
  public let fraction: Float
  /// How far the path may leave the straight one, as a share of its length; 0 is integrated gradients.
  public let distance: Float

  /// - Precondition: `steps` is at least 1, `fraction` and `distance` lie in 0…1.
  public init(steps: Int = 200, baseline: Baseline = .zeros, fraction: Float = 0.25, distance: Float = 0.02) {
    precondition(
      steps >= 1 && 0...1 ~= fraction && 0...1 ~= distance,
      "`steps` must be at least 1, `fraction` and `distance` from 0 to 1")
    (self.steps, self.baseline, self.fraction, self.distance) = (steps, baseline, fraction, distance)
  }

  public var samplingForm: SamplingForm { SamplingForm(layerSamples: .activations, order: .oneByOne) }

  public func attribution(of input: Tensor, _ network: NetworkSampler) async throws -> Tensor {
    let start = try await network.start(baseline).values.map(Double.init)
    var path = GuidedPath(
      from: start, to: input.values.map(Double.init), steps: steps, fraction: Double(fraction),
      distance: Double(distance))
    try await network.run(count: steps) { _ in
      Tensor(shape: input.shape, values: path.point.map(Float.init))
    } _: { sample in
      path.advance(step: sample.index, gradient: sample.attribution!.values.map(Double.init))
    }
    return Tensor(shape: input.shape, values: path.attribution.map(Float.init))
  }

  public var options: [MethodOption] {
    [.init("steps", steps), .baseline(baseline), .init("fraction", fraction), .init("distance", distance)]
  }

  static let entry = MethodEntry(
    "guided-ig", aliases: ["guided-integrated-gradients"],
    "integrated gradients along a path that moves the smallest gradients first",
    options: [
      .init(name: "steps", standard: "200", summary: "steps of the path"), .baseline,
      .init(
        name: "fraction", standard: "0.25",
        summary: "the share of the elements that move at a time, from 0.001 to 1"),
      .init(
        name: "distance", standard: "0.02", summary: "how far it may leave the straight path, from 0 to 1"),
    ]
  ) { options throws(SaliencyError) in
    Method(
      GuidedIntegratedGradients(
        steps: try options.integer("steps", in: 1...100_000), baseline: try options.baseline(),
        fraction: try options.number("fraction", in: 0.001...1),
        distance: try options.number("distance", in: 0...1)))
  }
}

/// The path of guided integrated gradients while it is walked.
private struct GuidedPath {
  private(set) var point: [Double]
  private(set) var attribution: [Double]
  private let start: [Double]
  private let end: [Double]
  private let length: Double
  private let steps: Int
  private let fraction: Double
  private let distance: Double

  init(from start: [Double], to end: [Double], steps: Int, fraction: Double, distance: Double) {
    (self.start, self.end, point) = (start, end, start)
    (self.steps, self.fraction, self.distance) = (steps, fraction, distance)
    attribution = start.map { _ in 0 }
    length = zip(start, end).reduce(0) { $0 + abs($1.1 - $1.0) }
  }

  /// Moves on until an equal part of the way is done.
  mutating func advance(step: Int, gradient: [Double]) {
    let share = Double(step + 1) / Double(steps)
    let (low, high) = (max(share - distance, 0), min(share + distance, 1))
    let limits = zip(start, end).map { $0 + ($1 - $0) * high }
    let left = length * (1 - share)
    var sizes = gradient.map(abs)
    func move(_ index: Int, to place: Double) {
      attribution[index] += (place - point[index]) * gradient[index]
      point[index] = place
    }
    while true {
      for index in point.indices where end[index] != start[index] {
        let way = end[index] - start[index]
        if (point[index] - start[index]) / way < low { move(index, to: start[index] + way * low) }
      }
      let now = zip(point, end).reduce(0) { $0 + abs($1.1 - $1.0) }
      guard now - left > 1e-9 * max(now, left, 1) else { return }
      for index in point.indices where point[index] == limits[index] { sizes[index] = .infinity }
      let threshold = sizes.sorted()[Int(fraction * Double(sizes.count - 1))]
      let moving = sizes.indices.filter { sizes[$0] <= threshold && sizes[$0] < .infinity }
      let reach = moving.reduce(0) { $0 + abs(limits[$1] - point[$1]) }
      guard reach > 0 else { return }
      let part = (now - left) / reach
      for index in moving {
        move(index, to: part > 1 ? limits[index] : point[index] + (limits[index] - point[index]) * part)
      }
      if part <= 1 { return }
    }
  }
}
