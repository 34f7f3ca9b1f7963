internal import COneDNN

/// A role that a tensor plays for a primitive (`DNNL_ARG_…`).
public struct Argument: Sendable, Hashable {
  let rawValue: Int32

  /// The first operand.
  public static let source = Argument(rawValue: DNNL_ARG_SRC_0)
  /// The second operand of a binary primitive.
  public static let secondSource = Argument(rawValue: DNNL_ARG_SRC_1)
  /// The operand at a position of a concatenation.
  public static func source(at index: Int) -> Argument {
    Argument(rawValue: DNNL_ARG_MULTIPLE_SRC + Int32(index))
  }
  /// The result.
  public static let destination = Argument(rawValue: DNNL_ARG_DST_0)
  /// The filter of a convolution or the right operand of a matrix product.
  public static let weights = Argument(rawValue: DNNL_ARG_WEIGHTS_0)
  /// The bias.
  public static let bias = Argument(rawValue: DNNL_ARG_BIAS)
  /// What a forward pass leaves for its backward pass.
  public static let workspace = Argument(rawValue: DNNL_ARG_WORKSPACE)
  /// Memory for the primitive's own use while it runs.
  public static let scratchpad = Argument(rawValue: DNNL_ARG_SCRATCHPAD)
  /// The gradient with respect to the source.
  public static let sourceGradient = Argument(rawValue: DNNL_ARG_DIFF_SRC_0)
  /// The gradient with respect to the destination.
  public static let destinationGradient = Argument(rawValue: DNNL_ARG_DIFF_DST_0)
}

/// A primitive that oneDNN agreed to, with the layouts it chose.
public struct PrimitiveDescriptor: ~Copyable {
  let handle: dnnl_primitive_desc_t
  let name: String

  deinit {
    dnnl_primitive_desc_destroy(handle)
  }

  init(
    _ name: String, _ create: (UnsafeMutablePointer<dnnl_primitive_desc_t?>) -> dnnl_status_t
  ) throws(OneDNNError) {
    var handle: dnnl_primitive_desc_t?
    try check(create(&handle), name)
    if Self.dividesSums(Self.implementation(of: handle!)) {
      dnnl_primitive_desc_destroy(handle)
      handle = nil
      try check(SingleThread.run { create(&handle) }, name)
    }
    self.handle = handle!
    self.name = name
  }

  /// Whether threads take parts of a sum, so that bytes depend on their number: as matrix products do, of which convolutions are made
  /// that have no kernel of their own. Such a primitive is made for one thread and run by one.
  static func dividesSums(_ implementation: String) -> Bool { implementation.contains("gemm") }

  private static func implementation(of handle: dnnl_primitive_desc_t) -> String {
    var text: UnsafePointer<CChar>?
    guard dnnl_primitive_desc_query(handle, dnnl_query_impl_info_str, 0, &text) == dnnl_success, let text
    else { return "unknown" }
    return String(cString: text)
  }

  /// The layout of an argument, or nil where the primitive has no such argument.
  public func descriptor(of argument: Argument, dimensions: [Int]) throws(OneDNNError) -> MemoryDescriptor? {
    let query: dnnl_query_t
    switch argument {
    case .source: query = dnnl_query_src_md
    case .destination: query = dnnl_query_dst_md
    case .weights, .bias: query = dnnl_query_weights_md
    case .workspace: query = dnnl_query_workspace_md
    case .scratchpad: query = dnnl_query_scratchpad_md
    case .sourceGradient: query = dnnl_query_diff_src_md
    case .destinationGradient: query = dnnl_query_diff_dst_md
    default: query = dnnl_query_src_md
    }
    let index: Int32 = argument == .bias || argument == .secondSource ? 1 : 0
    guard let source = saliency_pd_query_md(handle, query, index), saliency_md_size(source) > 0 else {
      return nil
    }
    var copy: saliency_md?
    try check(saliency_md_clone(&copy, source), "copy a layout")
    return MemoryDescriptor(adopting: copy!, dimensions: dimensions)
  }

  /// Whether oneDNN has nothing better than its slow reference implementation.
  public var isReference: Bool { implementation.hasPrefix("ref") }

  /// The name of the implementation that oneDNN chose, such as "jit:avx512_core".
  public var implementation: String { Self.implementation(of: handle) }
}

/// A compiled primitive, ready to run on any thread.
public final class Primitive: @unchecked Sendable {
  // oneDNN: executing one primitive from several threads is safe as long as each gives its own scratchpad, which
  // every primitive here does (`dnnl_scratchpad_mode_user`).
  let handle: dnnl_primitive_t

  /// What it does, such as "convolution forward".
  public let name: String
  /// The implementation that oneDNN chose.
  public let implementation: String
  fileprivate let isForOneThread: Bool

  /// Compiles a primitive (`dnnl_primitive_create`).
  public init(_ descriptor: borrowing PrimitiveDescriptor) throws(OneDNNError) {
    let name = descriptor.name
    implementation = descriptor.implementation
    isForOneThread = PrimitiveDescriptor.dividesSums(implementation)
    var handle: dnnl_primitive_t?
    func create() -> dnnl_status_t { dnnl_primitive_create(&handle, descriptor.handle) }
    try check(isForOneThread ? SingleThread.run(create) : create(), name)
    self.handle = handle!
    self.name = name
  }

  deinit {
    dnnl_primitive_destroy(handle)
  }
}

/// A view of bytes that somebody else owns, in a layout (`dnnl_memory_t`).
public final class Memory {
  let handle: dnnl_memory_t
  private let engine: Engine

  /// A tensor laid out by `descriptor` at `address`, which must outlive this object.
  public init(
    _ descriptor: MemoryDescriptor, at address: UnsafeMutableRawPointer, engine: Engine
  ) throws(OneDNNError) {
    var handle: dnnl_memory_t?
    try check(saliency_memory_create(&handle, descriptor.handle, engine.handle, address), "bind a tensor")
    self.handle = handle!
    self.engine = engine
  }

  deinit {
    dnnl_memory_destroy(handle)
  }
}

/// A primitive bound to its tensors.
public struct Invocation {
  private let primitive: Primitive
  private let memories: [Memory]
  private let arguments: [dnnl_exec_arg_t]

  /// Binds `arguments` to `primitive`.
  public init(_ primitive: Primitive, _ arguments: [(Argument, Memory)]) {
    self.primitive = primitive
    self.memories = arguments.map(\.1)
    self.arguments = arguments.map { dnnl_exec_arg_t(arg: $0.rawValue, memory: $1.handle) }
  }

  /// Queues the primitive on a stream (`dnnl_primitive_execute`).
  public func run(on stream: Stream) throws(OneDNNError) {
    func execute() -> dnnl_status_t {
      dnnl_primitive_execute(primitive.handle, stream.handle, Int32(arguments.count), arguments)
    }
    try check(primitive.isForOneThread ? SingleThread.run(execute) : execute(), primitive.name)
  }
}

/// The calling thread without the others of its team.
private enum SingleThread {
  static func run<Result>(_ body: () -> Result) -> Result {
    let count = saliency_thread_limit()
    saliency_set_thread_count(1)
    defer { saliency_set_thread_count(count) }
    return body()
  }
}
