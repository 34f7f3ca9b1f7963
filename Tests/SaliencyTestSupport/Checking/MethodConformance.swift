import FoundationEssentials
import LibC

/// How far methods are from their peers, as tests measure it, for the table of `Documentation/MethodsConformance.md`.
///
/// Lines of JSON are appended to the file that the environment variable `SALIENCY_METHOD_CONFORMANCE` names; none where it is not set.
/// `Scripts/write-methods-page.py` makes the page of them, and `make conformance` runs both.
public struct MethodConformance: Encodable, Sendable {
  /// The method's name in the catalog.
  public let method: String
  /// Its options as they are written, `steps=20:baseline=zeros`, or in words what the command line cannot say.
  public let options: String
  /// The network, by its file under `Tests/Fixtures` without the extension.
  public let network: String
  /// What gave the numbers that are right.
  public let peer: String
  /// What is asked, where it is not the output with respect to the input.
  public var question = ""

  /// - Parameter method: the method as it is written, with its options.
  public init(_ method: String, network: String, peer: String) {
    let parts = method.split(separator: ":", maxSplits: 1).map(String.init)
    self.init(parts[0], options: parts.count > 1 ? parts[1] : "", network: network, peer: peer)
  }

  /// A method with its options, or with words instead.
  public init(_ method: String, options: String, network: String, peer: String) {
    (self.method, self.options, self.network, self.peer) = (method, options, network, peer)
  }

  /// The method with its options, as the page has it.
  public var label: String {
    let words = (options.contains("=") ? [] : [options]) + [question]
    let name = options.contains("=") ? "\(method):\(options)" : method
    return (["`\(name)`"] + words.filter { !$0.isEmpty }).joined(separator: ", ")
  }

  /// Appends a measurement.
  ///
  /// - Parameter error: the relative L2 error of the map.
  public func record(_ error: Double) throws {
    struct Line: Encodable {
      let measured: MethodConformance
      let label: String
      let error: Double
    }
    guard let path = ProcessInfo.processInfo.environment["SALIENCY_METHOD_CONFORMANCE"] else { return }
    let line = try JSONEncoder().encode(Line(measured: self, label: label, error: error)) + Data("\n".utf8)
    // Tests run side by side: a line is appended in one piece.
    let file = open(path, O_WRONLY | O_APPEND | O_CREAT, 0o644)
    defer { close(file) }
    let count = line.withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
    guard count == line.count else { throw CocoaError(.fileWriteUnknown) }
  }
}
