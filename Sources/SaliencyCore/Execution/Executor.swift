internal import LibC
internal import Synchronization

/// Compiles and runs graphs on one thread of its own.
///
/// oneDNN's OpenMP runtime keeps one team of threads for each thread that calls it, so all calls come from here and
/// never from Swift's cooperative pool. Calls from several tasks follow one another, each with all cores; those of a task that is
/// cancelled are passed over, or stop at the next step, with a `CancellationError`.
public final class Executor: Sendable {
  private typealias Job = @Sendable (Worker) -> Void

  private let jobs: JobQueue<Job>
  /// The threads that work together on one call.
  public let threadCount: Int
  /// The bytes that all plans of this executor that live at one time may take together, weights and intermediate results; nil
  /// where what the machine has is the only limit.
  public var memoryLimit: Int? { memory.limit }
  /// The bytes that all plans of this executor that live take together, once they have run: their weights, of which those that several have in the
  /// same form count once, and the intermediate results of the largest.
  public var plannedByteCount: Int { memory.usedByteCount }
  /// The numbers that networks are computed with; inputs and results are in single precision.
  public let precision: Precision
  private let memory: PlanMemory

  /// The executor that is used where none is given, on as many threads as OpenMP offers; it lives as long as the process.
  ///
  /// - Throws: `GraphError` where the system refuses to start a thread.
  public static var shared: Executor {
    get throws(GraphError) { try sharedResult.get() }
  }

  private static let sharedResult: Result<Executor, GraphError> = {
    do throws(GraphError) {
      return .success(try Executor())
    } catch {
      return .failure(error)
    }
  }()

  /// An executor on `threadCount` threads, or on as many as OpenMP offers.
  ///
  /// - Parameters:
  ///   - threadCount: how many threads work together.
  ///   - memoryLimit: the bytes that plans may take together; a graph that needs more is refused when it is compiled.
  ///   - precision: the numbers that networks are computed with; refused where the processor has no instructions for them.
  public init(
    threadCount: Int? = nil, memoryLimit: Int? = nil, precision: Precision = .fp32
  ) throws(GraphError) {
    try precision.requireSupport()
    self.precision = precision
    memory = PlanMemory(limit: memoryLimit)
    let jobs = JobQueue<Job>()
    self.jobs = jobs
    let started = JobQueue<Result<Int, GraphError>>()
    let thread = Thread {
      let worker: Worker
      do throws(GraphError) {
        worker = try Worker(threadCount: threadCount)
      } catch {
        started.add(.failure(error))
        return
      }
      started.add(.success(worker.team.threadCount))
      while let job = jobs.next() { job(worker) }
    }
    guard thread.start() else { throw GraphError(.execution, "the system refused to start a thread") }
    self.threadCount = try started.next()!.get()
  }

  deinit {
    jobs.close()
  }

  /// Compiles `graph`; throws where oneDNN refuses a node, or the plan would take more memory than there is or than
  /// ``memoryLimit`` leaves, which is known before it is taken.
  public func compile(_ graph: Graph) async throws -> Plan {
    let (memory, precision) = (self.memory, self.precision)
    return try await perform { worker, _ in
      try Plan(graph, precision: precision, worker: worker, memory: memory)
    }
  }

  /// Runs `plan`, which this executor compiled, on one tensor an input, by label, and returns one an output; tensors that
  /// the plan has no use for are passed over.
  public func run(_ plan: Plan, _ tensors: [String: Tensor]) async throws -> [Tensor] {
    let inputs = try plan.inputs.map { input throws(GraphError) in try input.checked(tensors[input.label]) }
    return try await perform { worker, cancellation in
      try plan.requireCompiled(by: worker)
      return try plan.run(
        inputs, deciding: nil, until: cancellation)
    }
  }

  /// Runs `plan` up to the first use of the input `label`, asks `decide` for it, and runs on.
  ///
  /// `decide` receives the outputs that are known by then, nil in place of the others: so a class is chosen from the
  /// scores without computing them twice.
  public func run(
    _ plan: Plan, _ tensors: [String: Tensor], deciding label: String,
    _ decide: @escaping @Sendable ([Tensor?]) throws -> Tensor
  ) async throws -> [Tensor] {
    let inputs = try plan.inputs.map { input throws(GraphError) in
      input.label == label ? nil : try input.checked(tensors[input.label])
    }
    let decision = plan.inputs.firstIndex { $0.label == label }.map { index in
      Plan.Decision(input: index) { try plan.inputs[index].checked(try decide($0)) }
    }
    return try await perform { worker, cancellation in
      try plan.requireCompiled(by: worker)
      return try plan.run(
        inputs, deciding: decision, until: cancellation)
    }
  }

  /// Runs `plan`, which this executor compiled, `runs` times on one tensor an input, by label, and times each of its steps.
  ///
  /// A first run that is not counted warms caches up. Steps are run one by one, so that what the clock costs is between them.
  public func profile(_ plan: Plan, _ tensors: [String: Tensor], runs: Int = 10) async throws -> PlanProfile {
    let inputs = try plan.inputs.map { input throws(GraphError) in try input.checked(tensors[input.label]) }
    return try await perform { worker, cancellation in
      try plan.requireCompiled(by: worker)
      _ = try plan.run(
        inputs, deciding: nil, until: cancellation)
      return try plan.profile(inputs, runs: max(runs, 1))
    }
  }

  /// Compiles the convolutions and matrix products of `graph` by themselves.
  public func barePrimitives(of graph: Graph) async throws -> BarePrimitives {
    let type = precision.elementType
    return try await perform { worker, _ in try BarePrimitives(graph, type, worker) }
  }

  /// Runs primitives that this executor compiled once and returns the milliseconds.
  public func time(_ primitives: BarePrimitives) async throws -> Double {
    try await perform { worker, _ in try primitives.time(on: worker) }
  }

  /// Runs a body on the thread, unless the task is cancelled before its turn; what is long asks whether it has been since.
  private func perform<Success: Sendable>(
    _ body: @escaping @Sendable (Worker, Cancellation) throws -> Success
  ) async throws -> Success {
    try Task.checkCancellation()
    let cancellation = Cancellation()
    return try await withTaskCancellationHandler {
      try await enqueue { worker in
        try cancellation.check()
        return try body(worker, cancellation)
      }
    } onCancel: {
      cancellation.ask()
    }
  }

  private func enqueue<Success: Sendable>(
    _ body: @escaping @Sendable (Worker) throws -> Success
  ) async throws -> Success {
    try await withCheckedThrowingContinuation { continuation in
      jobs.add { worker in
        do {
          continuation.resume(returning: try body(worker))
        } catch {
          continuation.resume(throwing: GraphError.translated(error))
        }
      }
    }
  }
}
