public import SaliencyCore

/// What is told of how long a network and its explanation take: what `bench --json` prints.
public struct BenchReport: Report {
  /// The times of repeated calls.
  public struct Times: Report {
    /// The one in the middle, in milliseconds.
    public let medianMs: Double
    /// The shortest, in milliseconds.
    public let minMs: Double

    /// What is told of measured times.
    public init(_ timing: Benchmark.Timing) {
      (medianMs, minMs) = (timing.median.roundedToMicroseconds, timing.minimum.roundedToMicroseconds)
    }
  }

  /// The bare convolutions and matrix products.
  public struct Limit: Report {
    /// Those of the network.
    public let forward: Times
    /// Those of the network and its explanation.
    public let gradient: Times

    /// What is told of the times of both.
    public init(forward: Benchmark.Timing, gradient: Benchmark.Timing) {
      (self.forward, self.gradient) = (Times(forward), Times(gradient))
    }
  }

  /// Where the time goes.
  public struct Profile: Report {
    /// What several steps take together.
    public struct Share: Report {
      /// The kind of work, or the node.
      public let name: String
      /// The number of steps.
      public let steps: Int
      /// The milliseconds.
      public let ms: Double
      /// The same as a share of all, from 0 to 1.
      public let share: Double

      init(_ share: PlanProfile.Share) {
        (name, steps, ms) = (share.name, share.stepCount, share.milliseconds.roundedToMicroseconds)
        self.share = (share.fraction * 1e4).rounded() / 1e4
      }
    }

    /// A step of the plan.
    public struct Step: Report {
      /// The node that it computes.
      public let node: String
      /// The kind of work.
      public let kind: String
      /// What oneDNN calls its kernel; nil for kernels of our own.
      public let implementation: String?
      /// The milliseconds.
      public let ms: Double
    }

    /// The milliseconds of all steps.
    public let ms: Double
    /// The shares of kinds of work, the largest first.
    public let kinds: [Share]
    /// The shares of nodes, the largest first.
    public let nodes: [Share]
    /// The steps, in the order in which they run.
    public let steps: [Step]

    /// What is told of a profile.
    public init(_ profile: PlanProfile) {
      ms = profile.milliseconds.roundedToMicroseconds
      (kinds, nodes) = (profile.kinds.map(Share.init), profile.nodes.map(Share.init))
      steps = profile.steps.map {
        Step(
          node: $0.node, kind: $0.kind, implementation: $0.implementation,
          ms: $0.milliseconds.roundedToMicroseconds)
      }
    }
  }

  /// The path that the model was opened with.
  public let model: String
  /// The number of threads.
  public let threads: Int
  /// The numbers that the network was computed with.
  public let precision: String
  /// The number of items.
  public let batch: Int
  /// How many of them run at once, which memory and profile are of; nil where all of them do.
  public let itemsAtOnce: Int?
  /// The times of predictions.
  public let forward: Times
  /// The times of explanations.
  public let gradient: Times
  /// The bytes of the explanation's intermediate results.
  public let arenaBytes: Int
  /// The bytes of the explanation's weights, as they are packed to be run.
  public let packedWeightBytes: Int
  /// Of the whole process, which holds the network twice: with its explanation and without.
  public let peakResidentBytes: Int?
  /// Of the map with the one in single precision; nil where that is measured.
  public var rankCorrelation: Double?
  /// The times of bare primitives; nil where they were not measured.
  public var limit: Limit?
  /// Where the time of an explanation goes; nil where it was not asked for.
  public var profile: Profile?

  /// What is told of a benchmark.
  ///
  /// - Parameters:
  ///   - benchmark: what was measured.
  ///   - forward: the times of predictions.
  ///   - gradient: the times of explanations.
  public init(_ benchmark: Benchmark, forward: Benchmark.Timing, gradient: Benchmark.Timing) {
    let explainer = benchmark.explainer
    model = explainer.model.path
    threads = explainer.engine.executor.threadCount
    precision = benchmark.precision.rawValue
    let shape = explainer.inputShape
    batch = shape.count > 1 ? shape[0] : 1
    itemsAtOnce = explainer.itemsAtOnce < batch ? explainer.itemsAtOnce : nil
    (self.forward, self.gradient) = (Times(forward), Times(gradient))
    arenaBytes = explainer.plan.arenaByteCount
    packedWeightBytes = explainer.plan.constantByteCount
    peakResidentBytes = PeakMemory.byteCount
  }
}

extension Double {
  /// Of a number of milliseconds.
  fileprivate var roundedToMicroseconds: Double { (self * 1e3).rounded() / 1e3 }
}
