internal import OneDNN

/// A step bound to memory, ready to run again and again.
enum BoundStep {
  case primitive(Invocation)
  case kernel(Kernel, KernelArguments)

  func run(on worker: Worker) throws(GraphError) {
    switch self {
    case .primitive(let invocation):
      do throws(OneDNNError) {
        try invocation.run(on: worker.stream)
      } catch {
        throw GraphError(error)
      }
    case .kernel(let kernel, let arguments): kernel(arguments)
    }
  }
}

/// Binds steps to memory, and a tensor only once for all steps that have it in one layout.
struct StepBinder {
  private struct Key: Hashable {
    let buffer: Int
    let layout: ObjectIdentifier
  }

  private let worker: Worker
  private let address: (Int) -> UnsafeMutableRawPointer
  private var memories: [Key: Memory] = [:]

  /// - Parameter address: where a buffer begins.
  init(_ worker: Worker, address: @escaping (Int) -> UnsafeMutableRawPointer) {
    (self.worker, self.address) = (worker, address)
  }

  mutating func bind(_ step: Step) throws -> BoundStep {
    switch step.work {
    case .primitive(let call):
      var arguments: [(Argument, Memory)] = []
      for (argument, placement) in call.arguments { arguments.append((argument, try memory(placement))) }
      return .primitive(Invocation(call.primitive, arguments))
    case .kernel(let kernel, let inputs, let output, let scratch):
      return .kernel(
        kernel,
        KernelArguments(
          inputs: inputs.map { UnsafePointer(address($0.buffer).assumingMemoryBound(to: Float.self)) },
          output: address(output.buffer).assumingMemoryBound(to: Float.self),
          scratch: scratch.map { address($0.buffer).assumingMemoryBound(to: Float.self) }, team: worker.team))
    }
  }

  private mutating func memory(_ placement: Placement) throws -> Memory {
    let key = Key(buffer: placement.buffer, layout: ObjectIdentifier(placement.layout.descriptor))
    if let known = memories[key] { return known }
    let memory = try Memory(
      placement.layout.descriptor, at: address(placement.buffer), engine: worker.engine)
    memories[key] = memory
    return memory
  }
}
