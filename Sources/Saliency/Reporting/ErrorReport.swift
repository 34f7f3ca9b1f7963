import SaliencyCore
import SaliencyImage

/// What is told of a failure: its kind, and one sentence that names what is concerned.
public struct ErrorReport: Report {
  /// The kind.
  public let category: ErrorCategory
  /// What it is, more closely: the name of the error's code, such as "unknownTarget"; the kind where it has none.
  public let code: String
  /// What is wrong and what would be right, in one line.
  public let error: String

  /// What is told of an error.
  ///
  /// - Parameters:
  ///   - error: any error that the package throws.
  ///   - input: what the input is called, for errors that name no file themselves.
  ///   - model: what the model is called, for errors about a node.
  public init(_ error: any Error, input: String? = nil, model: String? = nil) {
    let category = ErrorCategory(error)
    self.category = category
    code =
      switch error {
      case let error as SaliencyError: "\(error.code)"
      case let error as GraphError: "\(error.code)"
      case let error as ONNXError: "\(error.code)"
      case let error as KerasError: "\(error.code)"
      case let error as ImageError: "\(error.code)"
      case let error as NumPyError: "\(error.code)"
      default: category.rawValue
      }
    let isNamed =
      switch error {
      case is ONNXError, is KerasError: true
      case let error as ImageError: error.path != nil || category == .usage
      case let error as NumPyError: error.path != nil
      case let error as SaliencyError: error.file != nil || category == .usage
      case let error as GraphError: error.code == .unsupported
      default: false
      }
    let name = error is GraphError ? model : input
    self.error =
      (isNamed ? "" : name.map { "\($0.printable(limit: 1_000)): " } ?? "") + Self.sentence(of: error)
  }

  private static func sentence(of error: any Error) -> String {
    switch error {
    case is CancellationError: "it was cancelled"
    case let error as DecodingError: error.clause
    default: "\(error)"
    }
  }
}
