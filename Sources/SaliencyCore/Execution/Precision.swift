/// The numbers that a network is computed with. Its inputs and its results are in single precision always.
public enum Precision: String, Sendable, Hashable, CaseIterable {
  /// Single precision.
  case fp32
  /// Between the operations bfloat16, which has the range of single precision and 8 significant bits; sums are in single precision.
  ///
  /// Gradients take two thirds of the time, more or less, where the processor multiplies such numbers, and less memory.
  case bf16

  /// Throws where `processor` has no instructions for it.
  package func requireSupport(by processor: Processor = .current) throws(GraphError) {
    guard self == .bf16, !processor.hasBFloat16 else { return }
    throw GraphError(
      .unsupported,
      "precision bf16 is not supported: this processor has no instructions for bfloat16 (avx512_bf16 or amx_bf16), "
        + "without which it would be slower than fp32")
  }

  var elementType: ElementType { self == .fp32 ? .single : .brainFloat }
}
