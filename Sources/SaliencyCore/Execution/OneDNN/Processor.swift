internal import CVectorKernels
package import OneDNN

/// What the processor can do, as far as the environment lets oneDNN use it: `ONEDNN_MAX_CPU_ISA` and `DNNL_MAX_CPU_ISA` hold for the
/// kernels of our own as well.
package struct Processor: Sendable {
  package let instructions: InstructionSet

  package init(instructions: InstructionSet) {
    self.instructions = instructions
  }

  /// The one that this process runs on.
  package static let current = Processor(instructions: .current)

  /// Whether it multiplies numbers of bfloat16.
  package var hasBFloat16: Bool { instructions.includes(.avx512WithBFloat16) }

  /// The widest vectors that kernels of our own may use.
  var vectorLevel: VectorLevel {
    let level =
      instructions.includes(.avx512)
      ? VECTOR_LEVEL_AVX512 : instructions.includes(.avx2) ? VECTOR_LEVEL_AVX2 : VECTOR_LEVEL_PORTABLE
    let supported = vector_level()
    return level.rawValue < supported.rawValue ? level : supported
  }
}

extension Executor {
  /// The instructions of the processor that networks are computed with: `sse41`, `avx2` or `avx512`. Numbers made with others differ
  /// by rounding.
  public static var instructionSet: String {
    let instructions = Processor.current.instructions
    return instructions.includes(.avx512) ? "avx512" : instructions.includes(.avx2) ? "avx2" : "sse41"
  }

  /// The version of oneDNN that is loaded, such as "2.6.3".
  public static var libraryVersion: String { Engine.version }
}
