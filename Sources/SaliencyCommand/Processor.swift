import Glibc

/// What the processor can do.
enum Processor {
  /// Whether it computes with bfloat16.
  static var hasBFloat16: Bool {
    guard let file = fopen("/proc/cpuinfo", "r") else { return false }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 1 << 14)
    while fgets(&line, Int32(line.count), file) != nil {
      let text = line.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
      guard text.hasPrefix("flags") else { continue }
      return text.split { $0 == " " || $0 == "\n" }.contains { $0 == "avx512_bf16" || $0 == "amx_bf16" }
    }
    return false
  }
}
