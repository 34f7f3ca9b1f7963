internal import KerasFormat
internal import NumPyFormat
internal import ONNXFormat
internal import SaliencyCore
internal import SaliencyImage

/// What kind of failure an error is to whoever asked: what a front end makes an exit code, a status or an exception of.
public enum ErrorCategory: String, Sendable, Codable, CaseIterable {
  /// A question or a setting that makes no sense, or does not fit the model.
  case usage
  /// A file, an input or a request whose contents are damaged or do not fit.
  case badData
  /// A file that is missing or cannot be read.
  case missing
  /// A model, a part of one or a file that is right, and that this package cannot handle.
  case unsupported
  /// More memory is needed than there is or than is allowed.
  case outOfMemory
  /// A result that cannot be written.
  case unwritable
  /// Work that was given up because nobody waits for it any more.
  case cancelled

  /// The category of any error that the package throws; `badData` for errors of others.
  public init(_ error: any Error) {
    switch error {
    case is CancellationError: self = .cancelled
    case let error as SaliencyError: self = Self.category(of: error.code)
    case let error as GraphError: self = Self.category(of: error.code)
    case let error as ONNXError: self = Self.category(of: error.code)
    case let error as KerasError: self = Self.category(of: error.code)
    case let error as ImageError: self = Self.category(of: error.code)
    case let error as NumPyError: self = Self.category(of: error.code)
    case is DecodingError: self = .usage
    default: self = .badData
    }
  }

  /// The exit code of a command, as `sysexits.h` defines them; that of an interrupted one for `cancelled`.
  public var exitCode: Int32 {
    switch self {
    case .usage: 64
    case .badData: 65
    case .missing: 66
    case .unsupported: 69
    case .outOfMemory: 71
    case .unwritable: 73
    case .cancelled: 130
    }
  }

  /// The status of an HTTP response.
  public var httpStatus: Int {
    switch self {
    case .usage: 400
    case .badData: 422
    case .missing: 404
    case .unsupported: 501
    case .outOfMemory: 503
    case .unwritable: 507
    case .cancelled: 499
    }
  }

  private static func category(of code: ImageError.Code) -> ErrorCategory {
    switch code {
    case .unknownColorMap: .usage
    case .unreadable: .missing
    case .unwritable: .unwritable
    default: .badData
    }
  }

  private static func category(of code: NumPyError.Code) -> ErrorCategory {
    switch code {
    case .unreadable: .missing
    case .unwritable: .unwritable
    default: .badData
    }
  }

  private static func category(of code: SaliencyError.Code) -> ErrorCategory {
    switch code {
    case .unknownTarget, .invalidSetting, .methodMatchedNothing: .usage
    case .unreadable: .missing
    case .unavailable: .unsupported
    case .unwritable: .unwritable
    default: .badData
    }
  }

  private static func category(of code: GraphError.Code) -> ErrorCategory {
    switch code {
    case .outOfMemory: .outOfMemory
    case .unsupported, .unavailable: .unsupported
    default: .badData
    }
  }

  private static func category(of code: ONNXError.Code) -> ErrorCategory {
    switch code {
    case .unreadable: .missing
    case .unsupportedOperator, .unsupportedElementType, .notExportable: .unsupported
    case .unwritable: .unwritable
    default: .badData
    }
  }

  private static func category(of code: KerasError.Code) -> ErrorCategory {
    switch code {
    case .unreadable: .missing
    case .unsupportedLayer, .unsupportedElementType, .unsupportedStorage: .unsupported
    default: .badData
    }
  }
}
