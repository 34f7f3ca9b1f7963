internal import OneDNN

/// The tensors that a kernel of our own works on.
struct KernelArguments {
  let inputs: [UnsafePointer<Float>]
  let output: UnsafeMutablePointer<Float>
  let team: ThreadTeam
}

/// A kernel of our own.
typealias Kernel = @Sendable (KernelArguments) -> Void

/// One thing that a plan does, in order.
struct Step: Sendable {
  enum Work: Sendable {
    case primitive(Primitive, [(Argument, Placement)])
    case kernel(Kernel, inputs: [Placement], output: Placement)
  }

  /// The node that the step serves.
  let node: String
  /// What it does, such as "convolution forward".
  let label: String
  let work: Work
  let reads: [Int]
  let writes: [Int]
}

/// A step bound to memory, ready to run again and again.
enum BoundStep {
  case primitive(Invocation)
  case kernel(Kernel, KernelArguments)

  init(
    _ step: Step, team: ThreadTeam, memory: (Placement) throws -> Memory,
    address: (Int) -> UnsafeMutableRawPointer
  )
    throws
  {
    switch step.work {
    case .primitive(let primitive, let arguments):
      self = .primitive(Invocation(primitive, try arguments.map { ($0, try memory($1)) }))
    case .kernel(let kernel, let inputs, let output):
      self = .kernel(
        kernel,
        KernelArguments(
          inputs: inputs.map { UnsafePointer(address($0.buffer).assumingMemoryBound(to: Float.self)) },
          output: address(output.buffer).assumingMemoryBound(to: Float.self), team: team))
    }
  }

  func run(on stream: Stream) throws(OneDNNError) {
    switch self {
    case .primitive(let invocation): try invocation.run(on: stream)
    case .kernel(let kernel, let arguments): kernel(arguments)
    }
  }
}
