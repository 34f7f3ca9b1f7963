/// Turns the nodes of a graph into steps, choosing where each value lies and in which layout.
///
/// What depends on constants alone runs here and now, once: folding and the packing of weights need no code of their own.
final class PlanBuilder {
  /// Bytes that are known before the plan runs, or a place in its arena.
  struct Buffer {
    var byteCount: Int
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

  let worker: Worker
  let graph: Graph
  /// The format of what convolutions and matrix products read and write where they can.
  let elementType: ElementType
  private(set) var buffers: [Buffer] = []
  private(set) var steps: [Step] = []
  private(set) var inputs: [(label: String, shape: Shape, placement: Placement)] = []
  private var placements: [Placement?]
  private var reorders: [Int: [(source: Placement, result: Placement)]] = [:]
  /// The buffers of `reorders`' results, which others may come to share.
  private var reorderedBuffers: Set<Int> = []
  private let users: [[Int]]
  private let isLive: [Bool]
  private var remainingUses: [Int]
  private var holders: [Int: Int] = [:]
  private var referencedBuffers: Set<Int> = []
  private(set) var currentNode = ""
  /// What primitives leave for those of later nodes.
  var notes: PrimitiveNotes
  /// How many bytes of constants may still be worked out: some forms of each weight, and as much as a network needs whose
  /// weights are filled in by operators, as in ONNX's own test models. So a small file cannot make constants without end.
  private var remainingConstantBytes: Int
  /// The bytes of constants that were worked out and are still held.
  private var heldConstantBytes = 0
  private let memory: PlanMemory

  init(_ graph: Graph, precision: Precision, worker: Worker, memory: PlanMemory) {
    self.graph = graph
    elementType = precision.elementType
    self.worker = worker
    self.memory = memory
    placements = Array(repeating: nil, count: graph.nodes.count)
    isLive = graph.reachable
    var users = [[Int]](repeating: [], count: graph.nodes.count)
    for (index, node) in graph.nodes.enumerated() where isLive[index] {
      for operand in node.operands { users[operand].append(index) }
    }
    self.users = users
    notes = PrimitiveNotes(graph)
    remainingConstantBytes = graph.nodes.reduce(4 << 30) { sum, node in
      sum + 16 * ((node.operation as? Constant)?.tensor.storage.bytes.count ?? 0)
    }
    remainingUses = users.map(\.count)
    for output in graph.outputs { remainingUses[output] += 1 }
  }

  /// Lowers every node that an output depends on, in order, and returns where the outputs lie, in row-major layout.
  func lowerAll() throws -> [Placement] {
    let isOutput = Set(graph.outputs)
    var results: [Int: Placement] = [:]
    for index in graph.nodes.indices where isLive[index] {
      if placements[index] == nil {
        let node = graph.nodes[index]
        currentNode = node.name
        do {
          place(index, at: try lower(node, at: index))
        } catch {
          guard let error = GraphError.translated(error) as? GraphError else { throw error }
          throw error.completed(node: node.name, operation: node.operation.name)
        }
      }
      // At once, so that an output can be read before later steps run.
      if isOutput.contains(index) {
        results[index] = try materialised(try plain(placements[index]!, shape: graph.nodes[index].shape))
      }
      for operand in graph.nodes[index].operands { release(operand) }
    }
    return graph.outputs.map { results[$0]! }
  }

  /// A value without elements needs no step, whatever computes it.
  private func lower(_ node: Node, at index: Int) throws -> Placement {
    node.shape.elementCount == 0 && !(node.operation is Input)
      ? try allocatePlain(node.shape) : try node.operation.lower(NodeLowering(plan: self, index: index))
  }

  // MARK: Where values lie

  func placement(of node: Int) -> Placement { placements[node]! }

  func place(_ index: Int, at placement: Placement) {
    placements[index] = placement
    holders[placement.buffer, default: 0] += 1
  }

  /// The only node that reads `index`, unless it is an output as well.
  func soleUser(of index: Int) -> Int? {
    users[index].count == 1 && remainingUses[index] == 1 ? users[index][0] : nil
  }

  /// The live nodes that read `index`.
  func users(of index: Int) -> [Int] { users[index] }

  private func release(_ index: Int) {
    remainingUses[index] -= 1
    guard remainingUses[index] == 0, let buffer = placements[index]?.buffer else { return }
    holders[buffer]! -= 1
    guard holders[buffer] == 0, !referencedBuffers.contains(buffer) else { return }
    switch buffers[buffer].constant {
    // What was packed from a model file need not stay in memory twice.
    case .borrowed(let storage, _): storage.release()
    case .owned(let bytes): heldConstantBytes -= bytes.count
    case .shared, nil: break
    }
    buffers[buffer].constant = nil
  }

  /// Whether the step that is being made is the last one to read the buffer of `index`, so that it may overwrite it; the
  /// buffer then belongs to what the step computes.
  func claim(_ index: Int) -> Bool {
    guard remainingUses[index] == 1, let buffer = placements[index]?.buffer, holders[buffer] == 1,
      buffers[buffer].constant == nil, !reorderedBuffers.contains(buffer),
      !inputs.contains(where: { $0.placement.buffer == buffer })
    else { return false }
    reorders[buffer] = nil
    return true
  }

  /// A new buffer in `layout`.
  func allocate(_ layout: Layout) -> Placement {
    buffers.append(Buffer(byteCount: layout.byteCount, constant: nil))
    return Placement(buffer: buffers.count - 1, layout: layout)
  }

  /// A new row-major buffer.
  func allocatePlain(_ shape: Shape) throws -> Placement {
    allocate(try Layout.plain(Placement.dimensions(of: shape)))
  }

  /// The place of the input `label`; two inputs of one label are one.
  func placeInput(named label: String, shape: Shape) throws -> Placement {
    if let known = inputs.first(where: { $0.label == label }) {
      guard known.shape == shape else {
        throw GraphError(
          .inputMismatch,
          "two inputs are called '\(label)', one of \(known.shape.text) and one of \(shape.text)")
      }
      return known.placement
    }
    let placement = try allocatePlain(shape)
    inputs.append((label, shape, placement))
    return placement
  }

  func placeConstant(_ tensor: Tensor) throws -> Placement {
    // Rectifiers and maxima turn NaN into a number, so that a broken network would give a picture that looks right.
    if let index = tensor.firstNaNIndex {
      throw GraphError(.nonFinite, "element \(index) of a constant of \(tensor.shape.text) is NaN")
    }
    let placement = try allocatePlain(tensor.shape)
    let bytes = tensor.storage.bytes
    if let address = bytes.baseAddress, UInt(bitPattern: address) % UInt(MemoryLayout<Float>.alignment) == 0 {
      buffers[placement.buffer].constant = .borrowed(tensor.storage, address)
    } else {
      let copy = try AlignedBytes(count: placement.layout.byteCount)
      if let source = bytes.baseAddress { copy.address.copyMemory(from: source, byteCount: bytes.count) }
      tensor.storage.release()
      buffers[placement.buffer].constant = .owned(copy)
    }
    return placement
  }

  func isConstant(_ placement: Placement) -> Bool { buffers[placement.buffer].constant != nil }

  // MARK: Layouts

  /// The same value in `layout`, through a reorder where it lies differently.
  func reordered(_ placement: Placement, to layout: Layout) throws -> Placement {
    if placement.layout.isEqual(to: layout) { return placement }
    if let known = reorders[placement.buffer]?.first(where: {
      $0.source.layout.isEqual(to: placement.layout) && $0.result.layout.isEqual(to: layout)
    }) {
      return known.result
    }
    let result = allocate(layout)
    try emitReorder(from: placement, to: result)
    reorders[placement.buffer, default: []].append((placement, result))
    reorderedBuffers.insert(result.buffer)
    return result
  }

  /// The same value in row-major layout.
  func plain(_ placement: Placement, shape: Shape, _ type: ElementType = .single) throws -> Placement {
    try reordered(placement, to: try .plain(Placement.dimensions(of: shape), type))
  }

  /// The same value with elements of the format `type`, in the same layout where that can be.
  func converted(_ placement: Placement, to type: ElementType) throws -> Placement {
    try reordered(
      placement, to: try placement.layout.converted(to: type) ?? .plain(placement.layout.dimensions, type))
  }

  /// An output must lie in the arena: constants and inputs are copied there.
  private func materialised(_ placement: Placement) throws -> Placement {
    guard isConstant(placement) else { return placement }
    let copy = allocate(placement.layout)
    let count = placement.layout.byteCount / MemoryLayout<Float>.stride
    append(
      Step(
        node: currentNode, label: "copy",
        work: .kernel(
          { $0.output.update(from: $0.inputs[0], count: count) }, inputs: [placement], output: copy),
        reads: [placement.buffer], writes: [copy.buffer]))
    return copy
  }

  // MARK: Steps

  /// Appends a step of the present node.
  func emit(_ label: String, _ work: Step.Work, reads: [Int], writes: [Int]) throws {
    try run(Step(node: currentNode, label: label, work: work, reads: reads, writes: writes))
  }

  /// Appends a kernel of our own.
  func emit(_ label: String, reads: [Placement], writes output: Placement, _ kernel: @escaping Kernel) throws
  {
    try emit(
      label, .kernel(kernel, inputs: reads, output: output), reads: reads.map(\.buffer),
      writes: [output.buffer])
  }

  /// Appends a step, or runs it at once where all that it reads is constant.
  private func run(_ step: Step) throws {
    guard step.reads.allSatisfy({ buffers[$0].constant != nil }) else { return append(step) }
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

  private func append(_ step: Step) {
    steps.append(step)
    referencedBuffers.formUnion(step.reads)
    referencedBuffers.formUnion(step.writes)
  }
}
