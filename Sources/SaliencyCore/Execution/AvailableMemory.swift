internal import LibC

/// The memory that this process can still get: what the machine has, and what its control groups and limits leave.
package enum AvailableMemory {
  /// The bytes; nil where the system does not say.
  package static var byteCount: Int? {
    [machine, controlGroups, addressSpace].compactMap { $0 }.min()
  }

  /// Throws where `count` bytes are more than there are; little is granted without asking.
  package static func require(_ count: Int, for purpose: String) throws(GraphError) {
    guard count >= 16 << 20, let available = byteCount, count > available else { return }
    var error = GraphError(
      .outOfMemory,
      "\(purpose) takes \(count.byteText), and only \(available.byteText) of memory are available")
    error.shortage = .init(neededByteCount: count, availableByteCount: available)
    throw error
  }

  /// `MemAvailable` of `/proc/meminfo`: what can be used without swapping.
  private static var machine: Int? {
    lines(of: "/proc/meminfo")?.first { $0.hasPrefix("MemAvailable:") }?
      .split(separator: " ").dropFirst().first.flatMap { Int($0) }.map { $0 * 1024 }
  }

  /// What the tightest control group (version 2) of this process leaves; file pages can be taken back, so they count.
  private static var controlGroups: Int? {
    guard let entry = lines(of: "/proc/self/cgroup")?.first(where: { $0.hasPrefix("0::/") }) else {
      return nil
    }
    var group = "/sys/fs/cgroup" + entry.dropFirst(3)
    var tightest: Int?
    while group.utf8.count >= "/sys/fs/cgroup".utf8.count {
      if let limit = number(in: group + "/memory.max"), let used = number(in: group + "/memory.current") {
        let reclaimable = lines(of: group + "/memory.stat")?.first { $0.hasPrefix("inactive_file ") }
          .flatMap { Int($0.dropFirst("inactive_file ".count)) }
        tightest = min(tightest ?? .max, max(0, limit - used + (reclaimable ?? 0)))
      }
      guard let slash = group.lastIndex(of: "/") else { break }
      group = String(group[..<slash])
    }
    return tightest
  }

  /// What `ulimit -v` leaves.
  private static var addressSpace: Int? {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0,
      let bytes = Int(exactly: limit.rlim_cur),
      let pages = lines(of: "/proc/self/statm")?.first?.split(separator: " ").first.flatMap({ Int($0) })
    else { return nil }
    return max(0, bytes - pages * Int(sysconf(Int32(_SC_PAGESIZE))))
  }

  private static func number(in path: String) -> Int? { lines(of: path)?.first.flatMap { Int($0) } }

  /// The lines of a small file of the kernel's.
  private static func lines(of path: String) -> [Substring]? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    let bytes = [UInt8](unsafeUninitializedCapacity: 1 << 14) { buffer, count in
      count = max(0, read(descriptor, buffer.baseAddress!, buffer.count))
    }
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n")
  }
}

extension Int {
  /// The number of bytes as people read it, such as "3.2 GB".
  package var byteText: String {
    let units = ["bytes", "kB", "MB", "GB", "TB", "PB", "EB"]
    var value = Double(self)
    var unit = 0
    while value >= 1_000, unit < units.count - 1 {
      value /= 1_000
      unit += 1
    }
    return unit == 0 ? "\(self) bytes" : "\((value * 10).rounded() / 10) \(units[unit])"
  }
}
