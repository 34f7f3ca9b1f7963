internal import Synchronization

/// A graph compiled for this machine: primitives, packed weights and the layout of its memory.
///
/// Immutable and shareable. Runs of one plan follow one another on the worker that compiled it.
public final class Plan: Sendable {
  /// What an input is called and the shape it must have.
  public struct Input: Sendable, Hashable {
    /// The label of the graph's `Input`.
    public let label: String
    /// The shape of the tensor that is expected.
    public let shape: Shape

    func checked(_ tensor: Tensor?) throws(GraphError) -> Tensor {
      guard let tensor else { throw GraphError(.inputMismatch, "no tensor is given for input '\(label)'") }
      guard tensor.shape == shape else {
        throw GraphError(
          .inputMismatch, "input '\(label)' takes a tensor of \(shape.text), not \(tensor.shape.text)")
      }
      return tensor
    }
  }

  /// The inputs that the results depend on.
  public let inputs: [Input]
  /// The shapes of the results.
  public let outputShapes: [Shape]
  /// The bytes of all intermediate tensors together.
  public let arenaByteCount: Int
  /// The bytes of weights and other constants as packed for the primitives.
  public let constantByteCount: Int
  /// What runs, in order: the node it serves and the work.
  public var stepDescriptions: [(node: String, work: String)] { steps.map { ($0.node, $0.label) } }

  private let worker: Worker
  let steps: [Step]
  private let constants: [Int: AlignedBytes]
  private let offsets: [Int: Int]
  private let inputPlacements: [Placement]
  private let outputPlacements: [Placement]
  private let memory: PlanMemory
  private let reservation: PlanMemory.Reservation
  private let instance = Mutex<Instance?>(nil)

  /// Compiles a graph on the worker's thread.
  init(_ graph: Graph, precision: Precision, worker: Worker, memory: PlanMemory) throws {
    let graph = ElementwiseFusion.fuse(try SubpixelConvolution.rewrite(graph))
    let builder = PlanBuilder(graph, precision: precision, worker: worker, memory: memory)
    outputPlacements = try builder.lowerAll()
    self.worker = worker
    self.memory = memory
    steps = builder.steps
    inputs = builder.inputs.map { Input(label: $0.label, shape: $0.shape) }
    inputPlacements = builder.inputs.map(\.placement)
    outputShapes = graph.outputs.map { graph.nodes[$0].shape }

    var lifetimes: [Int: (first: Int, last: Int)] = [:]
    func touch(_ buffer: Int, at step: Int) {
      let known = lifetimes[buffer] ?? (step, step)
      lifetimes[buffer] = (min(known.first, step), max(known.last, step))
    }
    for placement in inputPlacements { touch(placement.buffer, at: -1) }
    for (index, step) in steps.enumerated() {
      for buffer in step.reads + step.writes { touch(buffer, at: index) }
    }
    for placement in outputPlacements { touch(placement.buffer, at: steps.count) }

    var constants: [Int: AlignedBytes] = [:]
    var intervals: [Arena.Interval] = []
    for (buffer, lifetime) in lifetimes.sorted(by: { $0.key < $1.key }) {
      let info = builder.buffers[buffer]
      switch info.constant {
      case .owned(let bytes), .shared(let bytes):
        constants[buffer] = bytes
      case .borrowed(let storage, let address):
        constants[buffer] = try memory.sharedCopy(of: address, count: info.byteCount)
        storage.release()
      case nil:
        intervals.append(
          Arena.Interval(
            buffer: buffer, byteCount: info.byteCount, first: lifetime.first, last: lifetime.last))
      }
    }
    self.constants = constants
    let weights = Array(
      Dictionary(constants.values.map { (ObjectIdentifier($0), $0) }) { first, _ in first }.values)
    constantByteCount = weights.reduce(0) { $0 + $1.count }
    (offsets, arenaByteCount) = Arena.layout(intervals, alignment: AlignedBytes.alignment)
    let purpose =
      "the network, for an input of \(graph.inputText), with packed weights of \(constantByteCount.byteText) and "
      + "intermediate results of \(arenaByteCount.byteText),"
    reservation = try memory.reserve(weights: weights, arenaByteCount: arenaByteCount, for: purpose)
    try AvailableMemory.require(
      memory.neededArenaByteCount(arenaByteCount),
      for: "what the network, for an input of \(graph.inputText), works out on the way,")
  }

  /// Throws unless `worker` compiled the plan: its primitives are made for the threads and the queue of one.
  func requireCompiled(by worker: Worker) throws(GraphError) {
    guard worker === self.worker else {
      throw GraphError(.execution, "a plan runs on the executor that compiled it, and this is another one")
    }
  }

  /// Runs the plan on the calling thread, which must be the worker's.
  func run(
    _ tensors: [Tensor?], deciding decision: Decision?, until cancellation: Cancellation
  ) throws -> [Tensor] {
    try withInstance { try $0.run(tensors, deciding: decision, until: cancellation) }
  }

  /// Runs the plan some times on the calling thread, which must be the worker's, and times each step.
  func profile(_ tensors: [Tensor?], runs: Int) throws -> PlanProfile {
    try withInstance { instance in
      let times = try (0..<runs).map { _ in try instance.stepTimes(tensors) }
      return PlanProfile(steps, runs: times)
    }
  }

  /// Calls a body with the steps bound to the arena that there is at present.
  private func withInstance<Result>(_ body: (Instance) throws -> Result) throws -> Result {
    let (arena, generation) = try memory.arena(byteCount: arenaByteCount)
    return try withExtendedLifetime(arena) {
      try instance.withLock { instance in
        if instance?.generation != generation { instance = nil }
        let bound = try instance ?? Instance(self, arena: arena.address, generation)
        instance = bound
        return try body(bound)
      }
    }
  }

  /// An input that is chosen while the plan runs, from the outputs that do not depend on it.
  struct Decision: Sendable {
    let input: Int
    let decide: @Sendable ([Tensor?]) throws -> Tensor
  }

  /// The first step that reads a buffer.
  private func firstStep(reading buffer: Int) -> Int {
    steps.firstIndex { $0.reads.contains(buffer) } ?? steps.count
  }

  /// The step after which an output stays as it is.
  private func lastStep(writing buffer: Int) -> Int {
    steps.lastIndex { $0.writes.contains(buffer) } ?? -1
  }

  /// A plan's steps bound to memory.
  private final class Instance: @unchecked Sendable {
    // Used inside the plan's lock alone, while the arena lives.
    /// Which arena the steps are bound to.
    let generation: Int
    private let worker: Worker
    private let steps: [BoundStep]
    private let nodes: [String]
    private let inputs: [UnsafeMutableRawPointer?]
    private let outputs: [(address: UnsafeMutableRawPointer, shape: Shape, step: Int)]
    private let firstUses: [Int]

    init(_ plan: Plan, arena: UnsafeMutableRawPointer, _ generation: Int) throws {
      self.generation = generation
      worker = plan.worker
      func address(_ buffer: Int) -> UnsafeMutableRawPointer {
        plan.constants[buffer]?.address ?? arena + plan.offsets[buffer]!
      }
      var binder = StepBinder(worker, address: address)
      var steps: [BoundStep] = []
      for step in plan.steps { steps.append(try binder.bind(step)) }
      self.steps = steps
      nodes = plan.steps.map(\.node)
      inputs = plan.inputPlacements.map { plan.offsets[$0.buffer].map { arena + $0 } }
      outputs = zip(plan.outputPlacements, plan.outputShapes).map {
        (address($0.buffer), $1, plan.lastStep(writing: $0.buffer))
      }
      firstUses = plan.inputPlacements.map { plan.firstStep(reading: $0.buffer) }
    }

    func run(
      _ tensors: [Tensor?], deciding decision: Decision?, until cancellation: Cancellation
    ) throws -> [Tensor] {
      for (index, tensor) in tensors.enumerated() where index != decision?.input { copy(tensor, to: index) }
      let pause = decision.map { firstUses[$0.input] } ?? steps.count
      try run(0..<pause, until: cancellation)
      if let decision {
        try worker.wait()
        let undecided = inputs[decision.input]
        let known = outputs.map { $0.step < pause && $0.address != undecided ? result($0) : nil }
        copy(try decision.decide(known), to: decision.input)
        try run(pause..<steps.count, until: cancellation)
      }
      try worker.wait()
      return outputs.map(result)
    }

    /// The milliseconds of each step of one run.
    func stepTimes(_ tensors: [Tensor?]) throws -> [Double] {
      for (index, tensor) in tensors.enumerated() { copy(tensor, to: index) }
      let clock = ContinuousClock()
      var last = clock.now
      return try steps.indices.map { index in
        try run(index..<index + 1, until: nil)
        try worker.wait()
        let now = clock.now
        defer { last = now }
        return last.duration(to: now).milliseconds
      }
    }

    private func run(_ range: Range<Int>, until cancellation: Cancellation?) throws {
      for index in range {
        try cancellation?.check()
        do throws(GraphError) {
          try steps[index].run(on: worker)
        } catch {
          throw error.completed(node: nodes[index], operation: nil)
        }
      }
    }

    private func copy(_ tensor: Tensor?, to index: Int) {
      guard let address = inputs[index], let bytes = tensor?.storage.bytes, let source = bytes.baseAddress
      else { return }
      address.copyMemory(from: source, byteCount: bytes.count)
    }

    private func result(_ output: (address: UnsafeMutableRawPointer, shape: Shape, step: Int)) -> Tensor {
      let source = output.address.assumingMemoryBound(to: Float.self)
      return Tensor(
        shape: output.shape,
        values: Array(UnsafeBufferPointer(start: source, count: output.shape.elementCount)))
    }
  }
}

extension Graph {
  /// The shape of the first input, as people read it.
  fileprivate var inputText: String { inputs.first.map { nodes[$0].shape.text } ?? "no size" }
}
