/// The buffers of a plan that is being made: places in its arena, and constants, whose bytes are known before it runs.
///
/// What depends on constants alone is worked out here and now, once: folding and the packing of weights need no code of their own.
final class PlanBuffers {
  /// Bytes that are known before the plan runs, or a place in its arena.
  struct Buffer {
    let byteCount: Int
    var constant: ConstantBytes?
  }

  /// Bytes of a constant: our own, those that another plan or another constant has, or those of a model file.
  enum ConstantBytes {
    case owned(AlignedBytes)
    case shared(AlignedBytes)
    case borrowed(any TensorStorage, UnsafeRawPointer)

    var address: UnsafeMutableRawPointer {
      switch self {
      case .owned(let bytes), .shared(let bytes): bytes.address
      case .borrowed(_, let pointer): UnsafeMutableRawPointer(mutating: pointer)
      }
    }
  }

  private var buffers: [Buffer] = []
  /// How many bytes of constants may still be worked out: some forms of each weight, and as much as a network needs whose
  /// weights are filled in by operators, as in ONNX's own test models. So a small file cannot make constants without end.
  private var remainingConstantBytes: Int
  /// The bytes of constants that were worked out and are still held.
  private var heldConstantBytes = 0
  private let worker: Worker
  private let memory: PlanMemory

  init(_ graph: Graph, worker: Worker, memory: PlanMemory) {
    (self.worker, self.memory) = (worker, memory)
    remainingConstantBytes = graph.nodes.reduce(4 << 30) { sum, node in
      sum + 16 * ((node.operation as? Constant)?.tensor.storage.bytes.count ?? 0)
    }
  }

  subscript(buffer: Int) -> Buffer { buffers[buffer] }

  func isConstant(_ buffer: Int) -> Bool { buffers[buffer].constant != nil }

  /// A new buffer in the arena.
  func append(byteCount: Int) -> Int {
    buffers.append(Buffer(byteCount: byteCount, constant: nil))
    return buffers.count - 1
  }

  /// Makes a buffer the elements of a tensor, where they lie in a model file if that can be.
  func fill(_ buffer: Int, with tensor: Tensor) throws {
    let bytes = tensor.storage.bytes
    if let address = bytes.baseAddress, UInt(bitPattern: address) % UInt(MemoryLayout<Float>.alignment) == 0 {
      buffers[buffer].constant = .borrowed(tensor.storage, address)
    } else {
      let copy = try AlignedBytes(count: buffers[buffer].byteCount)
      if let source = bytes.baseAddress { copy.address.copyMemory(from: source, byteCount: bytes.count) }
      tensor.storage.release()
      buffers[buffer].constant = .owned(copy)
    }
  }

  /// Runs a step whose operands are all constant, so that its results are.
  func evaluate(_ step: Step) throws {
    for buffer in step.writes {
      let byteCount = buffers[buffer].byteCount
      guard byteCount <= remainingConstantBytes else {
        throw GraphError(
          .tooLarge,
          "a constant of \(byteCount.byteText) is worked out, which makes more constants than a network of this size "
            + "may have")
      }
      remainingConstantBytes -= byteCount
      try memory.requireForPacking(
        heldConstantBytes + byteCount, for: "a part of the network's packed weights")
      heldConstantBytes += byteCount
      buffers[buffer].constant = .owned(try AlignedBytes(count: byteCount))
    }
    var binder = StepBinder(worker) { self.buffers[$0].constant!.address }
    try binder.bind(step).run(on: worker)
    try worker.wait()
    for buffer in step.writes { share(buffer) }
  }

  /// Gives up a constant's bytes for those of another that holds the same.
  private func share(_ buffer: Int) {
    guard case .owned(let bytes) = buffers[buffer].constant else { return }
    let shared = memory.shared(bytes)
    guard shared !== bytes else { return }
    heldConstantBytes -= bytes.count
    buffers[buffer].constant = .shared(shared)
  }

  /// Lets go of the bytes of a constant that nobody reads any more.
  func release(_ buffer: Int) {
    switch buffers[buffer].constant {
    // What was packed from a model file need not stay in memory twice.
    case .borrowed(let storage, _): storage.release()
    case .owned(let bytes): heldConstantBytes -= bytes.count
    case .shared, nil: break
    }
    buffers[buffer].constant = nil
  }
}
