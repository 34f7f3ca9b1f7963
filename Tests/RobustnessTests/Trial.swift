import FoundationEssentials
import LibC
import Testing

/// Feeds damaged files to something that opens them. What ends the process ends the tests, and leaves the file behind.
struct Trial {
  /// By how many more files than usual to try, and other ones: `DAMAGED_FILES=50 swift test --filter RobustnessTests`.
  static let factor = max(1, ProcessInfo.processInfo.environment["DAMAGED_FILES"].flatMap { Int($0) } ?? 1)

  /// The mebibytes that the process may take at most: `DAMAGED_FILES_MEMORY=512 swift test --filter RobustnessTests`. Beside other tests nothing
  /// can be said about it.
  private static let memoryLimit = ProcessInfo.processInfo.environment["DAMAGED_FILES_MEMORY"].flatMap {
    Int($0)
  }

  /// How many were opened, and how many refused.
  private(set) var opened = 0
  private(set) var refused = 0
  private let path: String
  private var slowest = Duration.zero

  /// Each file is written to a path of this ending.
  init(ending: String) {
    path =
      FileManager.default.temporaryDirectory.path
      + "/saliency-damaged-\(getpid())-\(UInt32.random(in: 0...(.max))).\(ending)"
  }

  /// Opens one file, which must be done or refused after a few seconds of work at most, however busy the machine is.
  ///
  /// - Parameter open: returns how the refusal reads, nil where the file was opened.
  mutating func run(_ bytes: [UInt8], round: Int, _ open: (String) -> String?) throws {
    // Some file systems wait for the disk when an existing file is overwritten.
    unlink(path)
    try Data(bytes).write(to: URL(filePath: path))
    var refusal: String?
    let start = Self.workOfThread
    refusal = open(path)
    let work = Self.workOfThread - start
    slowest = max(slowest, work)
    #expect(work < .seconds(5), "round \(round) took \(work) of work")
    if let refusal {
      refused += 1
      #expect(refusal.hasPrefix(path) && refusal.utf8.count < 20_000, "round \(round): \(refusal)")
    } else {
      opened += 1
    }
  }

  /// How long this thread has been at work.
  private static var workOfThread: Duration {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
  }

  /// Checks that neither everything nor nothing was refused, and that memory stayed within bounds.
  func finish(_ name: String) {
    unlink(path)
    #expect(refused > 0 && opened > 0, "\(name): \(opened) opened, \(refused) refused")
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    if let limit = Self.memoryLimit {
      #expect(usage.ru_maxrss < limit << 10, "\(name): \(usage.ru_maxrss) kB of memory were taken")
    }
    print("\(name): \(opened) opened, \(refused) refused, slowest \(slowest)")
  }
}

/// The folder Tests.
let testFolder = String(#filePath.dropLast("RobustnessTests/Trial.swift".utf8.count))

func contents(_ path: String) throws -> [UInt8] {
  [UInt8](try Data(contentsOf: URL(filePath: testFolder + path)))
}

/// The files in a folder below Tests with an ending, sorted, of at most `limit` bytes.
func files(in folder: String, ending: String, limit: Int = 100_000) throws -> [String] {
  try FileManager.default.contentsOfDirectory(atPath: testFolder + folder).filter { $0.hasSuffix(ending) }
    .sorted().map { folder + "/" + $0 }.filter { try contents($0).count <= limit }
}
