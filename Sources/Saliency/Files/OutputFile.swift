internal import FileAccess

/// A file that a result is written to.
public struct OutputFile: Sendable, Hashable {
  /// The path.
  public let path: String

  /// A file at a path, which need not exist.
  public init(_ path: String) { self.path = path }

  /// Whether there is something at the path.
  public var exists: Bool { RegularFile.exists(path) }

  /// Throws unless a file can be written there; nothing is changed.
  ///
  /// - Throws: `SaliencyError` with the code `unwritable`.
  public func requireWritable() throws(SaliencyError) {
    do throws(AtomicFile.Failure) {
      try AtomicFile.check(path)
    } catch {
      throw unwritable("cannot be written: \(error)")
    }
  }

  /// Writes bytes, all of them or none: nobody sees half a file, nor finds one after the process is killed.
  ///
  /// - Throws: `SaliencyError` with the code `unwritable`.
  public func write(_ bytes: [UInt8]) throws(SaliencyError) {
    do throws(AtomicFile.Failure) {
      try AtomicFile.write(bytes, to: path)
    } catch {
      throw unwritable("cannot be written: \(error)")
    }
  }

  /// Makes a folder at the path, in one that is there, unless it is there itself.
  ///
  /// - Throws: `SaliencyError` with the code `unwritable`.
  public func makeFolder() throws(SaliencyError) {
    do throws(Folder.Failure) {
      try Folder.make(path)
    } catch {
      throw unwritable("\(error)")
    }
  }

  private func unwritable(_ reason: String) -> SaliencyError {
    SaliencyError(.unwritable, reason, file: path)
  }
}
