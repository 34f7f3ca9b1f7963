/// Turns the nodes of a graph into steps, choosing where each value lies and in which layout.
final class PlanBuilder {
  let worker: Worker
  let graph: Graph
  /// The format of what convolutions and matrix products read and write where they can.
  let elementType: ElementType
  let buffers: PlanBuffers
  private(set) var steps: [Step] = []
  private(set) var inputs: [(label: String, shape: Shape, placement: Placement)] = []
  private var placements: NodePlacements
  private var reorders = ReorderCache()
  /// What primitives leave for those of later nodes.
  var notes: PrimitiveNotes
  /// The buffers that a step reads or writes.
  private var referencedBuffers: Set<Int> = []
  /// The node that is being lowered.
  private var currentNode = ""

  init(_ graph: Graph, precision: Precision, worker: Worker, memory: PlanMemory) {
    self.graph = graph
    self.worker = worker
    elementType = precision.elementType
    buffers = PlanBuffers(graph, worker: worker, memory: memory)
    placements = NodePlacements(graph)
    notes = PrimitiveNotes(graph)
  }

  /// Lowers every node that an output depends on, in order, and returns where the outputs lie, in row-major layout.
  func lowerAll() throws -> [Placement] {
    let isOutput = Set(graph.outputs)
    var results: [Int: Placement] = [:]
    for index in graph.nodes.indices where placements.isLive[index] {
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

  func place(_ node: Int, at placement: Placement) { placements.place(node, at: placement) }

  /// The only node that reads `node`, unless it is an output as well.
  func soleUser(of node: Int) -> Int? { placements.soleUser(of: node) }

  /// The live nodes that read `node`.
  func users(of node: Int) -> [Int] { placements.users[node] }

  private func release(_ node: Int) {
    guard let buffer = placements.release(node), !referencedBuffers.contains(buffer) else { return }
    buffers.release(buffer)
  }

  /// Whether the step that is being made is the last one to read the buffer of `node`, so that it may overwrite it; the
  /// buffer then belongs to what the step computes.
  func claim(_ node: Int) -> Bool {
    guard let buffer = placements.bufferBeforeLastUse(of: node), !buffers.isConstant(buffer),
      !reorders.holdsResult(buffer),
      !inputs.contains(where: { $0.placement.buffer == buffer })
    else { return false }
    reorders.forget(buffer)
    return true
  }

  /// A new buffer in `layout`.
  func allocate(_ layout: Layout) -> Placement {
    Placement(buffer: buffers.append(byteCount: layout.byteCount), layout: layout)
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

  /// The place of a constant.
  func placeConstant(_ tensor: Tensor) throws -> Placement {
    // Rectifiers and maxima turn NaN into a number, so that a broken network would give an image that looks right.
    if let index = tensor.firstNaNIndex {
      throw GraphError(.nonFinite, "element \(index) of a constant of \(tensor.shape.text) is NaN")
    }
    let placement = try allocatePlain(tensor.shape)
    try buffers.fill(placement.buffer, with: tensor)
    return placement
  }

  func isConstant(_ placement: Placement) -> Bool { buffers.isConstant(placement.buffer) }

  // MARK: Layouts

  /// The same value in `layout`, through a reorder where it lies differently.
  func reordered(_ placement: Placement, to layout: Layout) throws -> Placement {
    if placement.layout.isEqual(to: layout) { return placement }
    if let known = reorders.result(of: placement, in: layout) { return known }
    let result = allocate(layout)
    try emitReorder(from: placement, to: result)
    reorders.append(placement, result)
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
        node: currentNode, kind: "copy",
        work: .kernel(
          { $0.output.update(from: $0.inputs[0], count: count) }, inputs: [placement], output: copy),
        reads: [placement.buffer], writes: [copy.buffer]))
    return copy
  }

  // MARK: Steps

  /// Appends a step of the present node, or runs it at once where all that it reads is constant.
  func emit(
    _ kind: String, implementation: String? = nil, _ work: Step.Work, reads: [Int], writes: [Int]
  ) throws {
    let step = Step(
      node: currentNode, kind: kind, implementation: implementation, work: work, reads: reads, writes: writes)
    if reads.allSatisfy(buffers.isConstant) { try buffers.evaluate(step) } else { append(step) }
  }

  /// Appends a kernel of our own, with memory for what it works out on the way where it needs some.
  func emit(
    _ kind: String, implementation: String? = nil, reads: [Placement], writes output: Placement,
    scratch: Placement? = nil, _ kernel: @escaping Kernel
  ) throws {
    try emit(
      kind, implementation: implementation, .kernel(kernel, inputs: reads, output: output, scratch: scratch),
      reads: reads.map(\.buffer),
      writes: [output.buffer] + (scratch.map { [$0.buffer] } ?? []))
  }

  private func append(_ step: Step) {
    steps.append(step)
    referencedBuffers.formUnion(step.reads)
    referencedBuffers.formUnion(step.writes)
  }
}
