/// The SHA-256 digest of a model's file, worked out only when it is asked for: it takes reading the whole file.
public struct DigestReport: Report {
  private enum Source: Sendable {
    case model(Model)
    case known(String)
  }

  private let source: Source

  /// The digest of a model.
  public init(_ model: Model) { source = .model(model) }

  /// The digest, in hexadecimal.
  public var sha256: String {
    switch source {
    case .model(let model): model.digest
    case .known(let digest): digest
    }
  }

  public init(from decoder: any Decoder) throws {
    source = .known(try decoder.singleValueContainer().decode(String.self))
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(sha256)
  }
}
