/// Where the time of a plan goes: the time of each step, run by run with the clock in between.
public struct PlanProfile: Sendable {
  /// The time of one step.
  public struct Step: Sendable, Hashable {
    /// The node that the step serves.
    public let node: String
    /// What it does, such as "convolution forward".
    public let kind: String
    /// The implementation that oneDNN chose; nil for a kernel of our own.
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
  /// What it does, without how.
  var kind: String {
    switch work {
    case .primitive(let call): call.name
    case .kernel: label
    }
  }

  /// The implementation that oneDNN chose; nil for a kernel of our own.
  var implementation: String? {
    switch work {
    case .primitive(let call): call.implementation
    case .kernel: nil
    }
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
    let kinds = steps.map { ($0.kind, $0.implementation != nil) }
    return StepCounts(
      primitives: kinds.count { $0.1 && $0.0 != "reorder" }, reorders: kinds.count { $0.0 == "reorder" },
      kernels: kinds.count { !$0.1 })
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
