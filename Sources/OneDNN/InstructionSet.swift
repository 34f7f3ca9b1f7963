internal import COneDNN

/// The instructions that oneDNN computes with: those of the processor, or fewer where the environment variable
/// `ONEDNN_MAX_CPU_ISA` or `DNNL_MAX_CPU_ISA` says so.
public struct InstructionSet: Sendable, Hashable {
  private let bits: UInt32

  private init(_ bits: UInt32) { self.bits = bits }

  /// SSE 4.1, which every supported processor has.
  public static let sse41 = InstructionSet(dnnl_cpu_isa_sse41.rawValue)
  /// Vectors of eight elements.
  public static let avx2 = InstructionSet(dnnl_cpu_isa_avx2.rawValue)
  /// Vectors of sixteen elements: AVX-512 with its extensions F, BW, DQ and VL.
  public static let avx512 = InstructionSet(dnnl_cpu_isa_avx512_core.rawValue)
  /// The same with products of bfloat16.
  public static let avx512WithBFloat16 = InstructionSet(dnnl_cpu_isa_avx512_core_bf16.rawValue)

  /// What this process computes with (`dnnl_get_effective_cpu_isa`).
  public static let current = InstructionSet(dnnl_get_effective_cpu_isa().rawValue)

  /// Whether all instructions of `other` are among these.
  public func includes(_ other: InstructionSet) -> Bool { bits & other.bits == other.bits }
}
