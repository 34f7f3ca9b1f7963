import SaliencyCore

extension OperatorTable {
  /// Sequences of tensors, as exporters write Python's lists; they exist at import alone.
  static let sequences: [OperatorDefinition] = [
    .onSequences("SequenceEmpty", operands: 0...0) { _ throws(ImportFailure) in
      [.sequence([])]
    },
    .onSequences("SequenceConstruct", operands: 1...Int.max) {
      node throws(ImportFailure) in
      var elements: [ImportedValue] = []
      for index in node.inputs.indices { elements.append(try node.tensor(index)) }
      return [.sequence(elements)]
    },
    .onSequences("SequenceInsert", operands: 2...3) { node throws(ImportFailure) in
      var elements = try node.sequence(0)
      let position =
        try node.has(2)
        ? node.position(2, in: 0..<elements.count + 1, negative: elements.count) : elements.count
      elements.insert(try node.tensor(1), at: position)
      return [.sequence(elements)]
    },
    .onSequences("SequenceErase", operands: 1...2) { node throws(ImportFailure) in
      var elements = try node.sequence(0)
      guard !elements.isEmpty else { throw .invalid("the sequence is empty") }
      elements.remove(
        at: try node.has(1)
          ? node.position(1, in: elements.indices, negative: elements.count) : elements.count - 1)
      return [.sequence(elements)]
    },
    .onSequences("SequenceAt", operands: 2...2) { node throws(ImportFailure) in
      let elements = try node.sequence(0)
      return [elements[try node.position(1, in: elements.indices, negative: elements.count)]]
    },
    .onSequences("SequenceLength", operands: 1...1) { node throws(ImportFailure) in
      [.numbers(Numbers(shape: [], values: [Double(try node.sequence(0).count)], type: .int64))]
    },
    .onSequences("ConcatFromSequence", operands: 1...1) {
      node throws(ImportFailure) in
      let elements = try node.sequence(0)
      let parts = elements.map { $0.value(in: node.builder) }
      guard let first = parts.first else { throw .invalid("the sequence is empty") }
      let isNewAxis = try node.flag("new_axis")
      let rank = first.shape.count + (isNewAxis ? 1 : 0)
      guard let given = try node.integer("axis") else { throw .invalid("attribute 'axis' is missing") }
      let axis = try node.resolve(given, in: [Int](repeating: 1, count: rank))
      let known = elements.compactMap { if case .numbers(let numbers) = $0 { numbers } else { nil } }
      if known.count == elements.count, rank == 1 {
        let values = known.flatMap(\.values)
        return [.numbers(Numbers(shape: [values.count], values: values, type: elements[0].type))]
      }
      let aligned =
        isNewAxis ? parts.map { $0.reshaped(to: Shape($0.shape[..<axis]) + [1] + $0.shape[axis...]) } : parts
      let joined = parts.count == 1 ? aligned[0] : node.builder.append(Concatenation(axis: axis), aligned)
      return [.computed(joined, elements[0].type)]
    },
    .onSequences("SplitToSequence", operands: 1...2) { node throws(ImportFailure) in
      let value = try node.tensor(0).value(in: node.builder)
      let axis = try node.axis(default: 0, of: value.shape)
      let extent = value.shape[axis]
      let keepsAxis = try node.flag("keepdims", default: true)
      let keeps = keepsAxis || node.has(1)
      var sizes = [Int](repeating: 1, count: extent)
      if node.has(1) {
        sizes = try node.integers(1, "the split")
        if try node.input(1).shape.isEmpty {
          let size = sizes[0]
          guard size >= 1 else { throw .invalid("parts of \(size) are not possible") }
          sizes = stride(from: 0, to: extent, by: size).map { min(size, extent - $0) }
        }
      }
      guard sizes.allSatisfy({ 0...extent ~= $0 }), sizes.count <= Numbers.limit, sizes.reduce(0, +) == extent
      else {
        throw ImportFailure(
          .shapeMismatch, "parts of \(sizes.prefix(8)) do not divide axis \(axis) of \(value.shape.text)")
      }
      var start = 0
      let type = try node.tensor(0).type
      return [
        .sequence(
          sizes.map { size in
            defer { start += size }
            let part = value.sliced(axis: axis, from: start, count: size)
            return .computed(
              keeps ? part : part.reshaped(to: Shape(part.shape[..<axis]) + part.shape[(axis + 1)...]), type)
          })
      ]
    },
  ]
}

extension NodeImport {
  fileprivate func sequence(_ index: Int) throws(ImportFailure) -> [ImportedValue] {
    guard case .sequence(let elements) = try input(index) else {
      throw .invalid("operand \(index + 1) has to be a sequence of tensors")
    }
    return elements
  }

  fileprivate func tensor(_ index: Int) throws(ImportFailure) -> ImportedValue {
    let value = try input(index)
    guard !value.isSequence else { throw .invalid("operand \(index + 1) has to be a tensor, not a sequence") }
    return value
  }

  /// A position in a sequence; −1 is the last.
  fileprivate func position(
    _ index: Int, in range: Range<Int>, negative count: Int
  ) throws(ImportFailure) -> Int {
    guard try !input(index).isSequence, let given = try integers(index, "the position").first else {
      throw .invalid("the position has to be one integer")
    }
    let position = given < 0 ? given.addingReportingOverflow(count).partialValue : given
    guard range.contains(position) else {
      throw .invalid("position \(given) does not lie in a sequence of \(count)")
    }
    return position
  }
}

extension OperatorDefinition {
  /// An operator on sequences, all of which came with one operator set.
  fileprivate static func onSequences(
    _ name: String, operands: ClosedRange<Int>, import importer: @escaping OperatorImport
  ) -> OperatorDefinition {
    OperatorDefinition(
      name, since: 11, operands: operands, integers: .carried, takesSequences: true, import: importer)
  }
}
