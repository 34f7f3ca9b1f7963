internal import LibC

/// The most memory that this process has had so far.
public enum PeakMemory {
  /// The bytes that were resident at once; nil where the system does not say.
  public static var byteCount: Int? {
    // Not `getrusage`, which begins with what the parent had.
    guard let file = fopen("/proc/self/status", "r") else { return nil }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 256)
    while fgets(&line, Int32(line.count), file) != nil {
      let text = line.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
      guard text.hasPrefix("VmHWM:") else { continue }
      return text.split { $0 == " " || $0 == "\t" }.dropFirst().first.flatMap { Int($0) }.map { $0 * 1024 }
    }
    return nil
  }
}
