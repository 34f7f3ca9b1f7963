internal import FileAccess

/// The bytes of a file, and what tells them from others.
public struct FileContents: Sendable {
  /// All bytes.
  public let bytes: [UInt8]

  /// Reads a file as a whole; a pipe, a device or a folder is refused.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - limit: the most bytes that are read.
  /// - Throws: `SaliencyError`, naming the file, where it cannot be read or is larger.
  public init(contentsOf path: String, limit: Int = Image.maximumFileSize) throws(SaliencyError) {
    do throws(RegularFile.Failure) {
      bytes = try RegularFile.contents(of: path, limit: limit)
    } catch {
      throw SaliencyError(error.isTooLarge ? .invalidFile : .unreadable, "the file \(error)", file: path)
    }
  }

  /// The SHA-256 digest of the bytes, in hexadecimal.
  public var sha256: String { SHA256.hexDigest(of: bytes.span) }

  /// The SHA-256 digest of a text in UTF-8, in hexadecimal.
  public static func sha256(of text: String) -> String { SHA256.hexDigest(of: Array(text.utf8).span) }
}
