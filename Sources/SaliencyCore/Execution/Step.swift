/// The tensors that a kernel of our own works on.
struct KernelArguments {
  let inputs: [UnsafePointer<Float>]
  let output: UnsafeMutablePointer<Float>
  /// Memory for what the kernel works out on the way, where it asks for some.
  var scratch: UnsafeMutablePointer<Float>? = nil
  let team: ThreadTeam
}

/// A kernel of our own.
typealias Kernel = @Sendable (KernelArguments) -> Void

/// One thing that a plan does, in order.
struct Step: Sendable {
  enum Work: Sendable {
    case primitive(PrimitiveCall)
    case kernel(Kernel, inputs: [Placement], output: Placement, scratch: Placement? = nil)
  }

  /// The node that the step serves.
  let node: String
  /// What it does, such as "convolution forward".
  let kind: String
  /// How it does that, where there is more than one way.
  var implementation: String?
  let work: Work
  let reads: [Int]
  let writes: [Int]

  /// What it does and how.
  var label: String { implementation.map { "\(kind) \($0)" } ?? kind }
}
