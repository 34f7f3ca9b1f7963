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
    case primitive(PrimitiveCall)
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
