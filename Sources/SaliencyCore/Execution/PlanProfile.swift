/// Where the time of a plan goes: the time of each step, run by run with the clock in between.
public struct PlanProfile: Sendable {
  /// The time of one step.
  public struct Step: Sendable, Hashable {
    /// The node that the step serves.
    public let node: String
    /// What it does, such as "convolution forward".
    public let kind: String
    /// The implementation that oneDNN chose, or the algorithm of a kernel of our own that has one of several, such as "winograd"; else nil.
    public let implementation: String?
    /// The median over all runs.
    public let milliseconds: Double
  }

  /// The time of several steps together.
  public struct Share: Sendable, Hashable {
    /// What the steps have in common: a kind of work, or a node.
    public let name: String
    /// How many steps there are in one run.
    public let stepCount: Int
    /// The sum over the steps.
    public let milliseconds: Double
    /// The part of the time of all steps, from 0 to 1.
    public let fraction: Double
  }

  /// The steps in the order in which they run.
  public let steps: [Step]

  /// The time of all steps together.
  public var milliseconds: Double { steps.reduce(0) { $0 + $1.milliseconds } }
  /// The time of each kind of work, longest first.
  public var kinds: [Share] { shares(by: \.kind) }
  /// The time of each node with all the steps that serve it, longest first.
  public var nodes: [Share] { shares(by: \.node) }

  private func shares(by name: (Step) -> String) -> [Share] {
    let total = max(milliseconds, .leastNormalMagnitude)
    return Dictionary(grouping: steps, by: name).map { name, steps in
      let sum = steps.reduce(0) { $0 + $1.milliseconds }
      return Share(name: name, stepCount: steps.count, milliseconds: sum, fraction: sum / total)
    }.sorted { ($1.milliseconds, $0.name) < ($0.milliseconds, $1.name) }
  }
}

extension PlanProfile {
  /// A profile of `steps`, of which each run took so many milliseconds.
  init(_ steps: [SaliencyCore.Step], runs: [[Double]]) {
    self.steps = steps.indices.map { index in
      let step = steps[index]
      return Step(
        node: step.node, kind: step.kind, implementation: step.implementation,
        milliseconds: runs.map { $0[index] }.median)
    }
  }
}

extension Step {
  fileprivate var isPrimitive: Bool {
    if case .primitive = work { true } else { false }
  }
}

extension Plan {
  /// How many steps a run takes, by what they are.
  public struct StepCounts: Sendable, Hashable {
    /// Calls of oneDNN that compute something.
    public let primitives: Int
    /// Calls of oneDNN that change a layout and nothing else.
    public let reorders: Int
    /// Kernels of our own.
    public let kernels: Int
    /// All calls of oneDNN.
    public var oneDNNCalls: Int { primitives + reorders }
  }

  /// How many steps a run takes.
  public var stepCounts: StepCounts {
    let primitives = steps.filter(\.isPrimitive)
    let reorders = primitives.count { $0.kind == "reorder" }
    return StepCounts(
      primitives: primitives.count - reorders, reorders: reorders, kernels: steps.count - primitives.count)
  }
}

extension [Double] {
  /// The element in the middle, or the mean of both; NaN where there is none.
  package var median: Double {
    guard !isEmpty else { return .nan }
    let sorted = sorted()
    return (sorted[(count - 1) / 2] + sorted[count / 2]) / 2
  }
}

extension Duration {
  /// The duration in milliseconds.
  package var milliseconds: Double {
    Double(components.seconds) * 1e3 + Double(components.attoseconds) * 1e-15
  }
}
