internal import CVectorKernels

/// A program with the registers and the operands' walks that it needs to run on memory.
struct VectorKernel: Sendable {
  /// The widest vectors of this processor that may be used.
  static let level = Processor.current.vectorLevel

  private let instructions: [VectorInstruction]
  private let registerCount: Int
  /// How many loops each operand is walked with; none where it lies as the result does.
  private let loopCounts: [Int]
  private let extents: [Int]
  private let strides: [Int]
  private let types: [VectorType]
  private let resultType: VectorType
  let level: VectorLevel

  /// - Parameters:
  ///   - walks: the loops over each operand, nil where it lies as the result does.
  ///   - types: the formats of the operands' elements; single precision where none are given.
  ///   - resultType: the format of the result's.
  init(
    _ program: ElementwiseProgram, walks: [(extents: [Int], strides: [Int])?], types: [ElementType] = [],
    resultType: ElementType = .single, level: VectorLevel = Self.level
  ) {
    self.types = walks.indices.map { types.isEmpty ? VECTOR_SINGLE : types[$0].vectorType }
    self.resultType = resultType.vectorType
    (instructions, registerCount) = program.allocated()
    loopCounts = walks.map { $0?.extents.count ?? 0 }
    extents = walks.flatMap { $0?.extents ?? [] }
    strides = walks.flatMap { $0?.strides ?? [] }
    self.level = level
  }

  /// Computes `count` elements.
  func run(_ arguments: KernelArguments, count: Int) {
    withProgram(arguments.inputs) { program in
      arguments.team.forEachChunk(of: count) {
        vector_run(level, program, arguments.output, $0.lowerBound, $0.count)
      }
    }
  }

  /// Adds up `outer` times `count` rows of `inner` elements to rows of `inner` sums, each multiplied by `scale`.
  func sum(_ arguments: KernelArguments, outer: Int, count: Int, inner: Int, scale: Double) {
    withProgram(arguments.inputs) { program in
      guard inner > 1 else {
        arguments.team.forEachChunk(of: outer, grain: max(1, 16_384 / max(count, 1))) {
          vector_sum_rows(level, program, arguments.output, $0.lowerBound, $0.count, count, scale)
        }
        return
      }
      // In parts whose number depends on the sizes alone, so that any number of threads gives the same sums.
      let parts = max(1, min(count, 8 / max(outer, 1), count * inner / 32_768))
      let sums = UnsafeMutablePointer<Double>.allocate(capacity: max(outer * parts * inner, 1))
      defer { sums.deallocate() }
      arguments.team.forEachChunk(of: outer * parts, grain: max(1, 16_384 * parts / max(count * inner, 1))) {
        for index in $0 {
          let (row, part) = index.quotientAndRemainder(dividingBy: parts)
          let (start, end) = (count * part / parts, count * (part + 1) / parts)
          let target = sums + index * inner
          target.update(repeating: 0, count: inner)
          vector_sum_columns(level, program, target, (row * count + start) * inner, end - start, inner)
        }
      }
      for row in 0..<outer {
        for column in 0..<inner {
          var sum = 0.0
          for part in 0..<parts { sum += sums[(row * parts + part) * inner + column] }
          arguments.output[row * inner + column] = Float(sum * scale)
        }
      }
    }
  }

  private func withProgram(
    _ addresses: [UnsafePointer<Float>], _ body: (UnsafePointer<VectorProgram>) -> Void
  ) {
    extents.withUnsafeBufferPointer { extents in
      strides.withUnsafeBufferPointer { strides in
        var offset = 0
        let operands = addresses.indices.map { index in
          let count = loopCounts[index]
          defer { offset += count }
          return VectorOperand(
            address: addresses[index], type: types[index], axis_count: count,
            extents: extents.baseAddress.map { $0 + offset },
            strides: strides.baseAddress.map { $0 + offset })
        }
        instructions.withUnsafeBufferPointer { instructions in
          operands.withUnsafeBufferPointer { operands in
            var program = VectorProgram(
              instructions: instructions.baseAddress, instruction_count: instructions.count,
              operands: operands.baseAddress, operand_count: operands.count, register_count: registerCount,
              result_type: resultType)
            body(&program)
          }
        }
      }
    }
  }
}

extension ElementType {
  fileprivate var vectorType: VectorType { self == .single ? VECTOR_SINGLE : VECTOR_BRAIN_FLOAT }
}
