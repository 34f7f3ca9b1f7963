internal import OneDNN

extension NodeLowering {
  /// Tensors one after another along an axis, in which alone they and the result differ.
  func concatenation(of given: [Placement], axis: Int) throws -> Placement {
    var parts = given
    while parts.count > maximumPartCount {
      parts = try stride(from: 0, to: parts.count, by: maximumPartCount).map {
        try joined(Array(parts[$0..<min($0 + maximumPartCount, parts.count)]), axis: axis)
      }
    }
    return try joined(parts, axis: axis)
  }

  private func joined(_ parts: [Placement], axis: Int) throws -> Placement {
    guard parts.count > 1 else { return parts[0] }
    var shape = shape
    shape[axis] = parts.reduce(0) { $0 + $1.layout.dimensions[axis] }
    if let result = try appended(parts, shape, axis: axis) { return result }
    let isNarrow = parts.contains { $0.layout.elementType == .brainFloat }
    let type = isNarrow ? ElementType.brainFloat : .single
    let sources = try parts.map { try plan.converted($0, to: type) }
    let descriptor = try PrimitiveDescriptor.concatenation(
      of: sources.map(\.layout.descriptor), axis: axis, destination: Layout.any(shape, type).descriptor,
      engine: engine)
    let result = plan.allocate(try descriptor.layout(of: .destination, shape)!)
    try plan.emit(
      descriptor, reads: sources.enumerated().map { (.source(at: $0), $1) }, writes: [(.destination, result)])
    return result
  }

  /// Row-major tensors one behind another in memory, which oneDNN copies by one thread; nil where they lie otherwise.
  private func appended(_ parts: [Placement], _ shape: Shape, axis: Int) throws -> Placement? {
    guard shape[..<axis].allSatisfy({ $0 == 1 }),
      try parts.allSatisfy({ try $0.layout.isEqual(to: .plain($0.layout.dimensions)) })
    else { return nil }
    let counts = parts.map { $0.layout.dimensions.elementCount }
    let result = try plan.allocatePlain(shape)
    try plan.emit("concatenation", reads: parts, writes: result) { arguments in
      var start = 0
      for (input, count) in zip(arguments.inputs, counts) {
        let output = arguments.output + start
        arguments.team.forEachChunk(of: count) { chunk in
          (output + chunk.lowerBound).update(from: input + chunk.lowerBound, count: chunk.count)
        }
        start += count
      }
    }
    return result
  }
}

/// How many operands one primitive of oneDNN can name.
private let maximumPartCount = 512
