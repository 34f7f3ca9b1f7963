internal import OneDNN

/// A primitive of oneDNN's and where its arguments lie.
struct PrimitiveCall: Sendable {
  let primitive: Primitive
  let arguments: [(Argument, Placement)]

  /// What it does, such as "convolution forward".
  var name: String { primitive.name }
  /// The implementation that oneDNN chose.
  var implementation: String { primitive.implementation }
}

extension PlanBuilder {
  /// Appends a primitive, with the scratch memory that it needs.
  func emit(
    _ descriptor: consuming PrimitiveDescriptor, reads: [(Argument, Placement)],
    writes: [(Argument, Placement)]
  ) throws {
    var writes = writes
    if let scratch = try descriptor.layout(of: .scratchpad, []) {
      writes.append((.scratchpad, allocate(scratch)))
    }
    let call = PrimitiveCall(primitive: try Primitive(descriptor), arguments: reads + writes)
    try emit(
      call.name, implementation: call.implementation, .primitive(call), reads: reads.map(\.1.buffer),
      writes: writes.map(\.1.buffer))
  }

  /// Appends a change of layout.
  func emitReorder(from source: Placement, to result: Placement) throws {
    try emit(
      try .reorder(
        from: source.layout.descriptor, to: result.layout.descriptor, engine: worker.engine),
      reads: [(.source, source)], writes: [(.destination, result)])
  }
}

extension NodeLowering {
  var engine: Engine { plan.worker.engine }
}
