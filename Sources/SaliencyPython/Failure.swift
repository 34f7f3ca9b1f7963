import FoundationEssentials
import Saliency

/// An error as callers are told of it.
struct Failure: Error {
  /// The report of an error, with names of fields as in the library.
  let report: ErrorReport

  /// - Parameters:
  ///   - error: any error.
  ///   - input: what the input is called.
  ///   - model: what the model is called.
  init(_ error: any Error, input: String? = nil, model: String? = nil) {
    report = (error as? Failure)?.report ?? ErrorReport(Self.cause(of: error), input: input, model: model)
  }

  /// Of a question that cannot be read, why a value of it is refused: what the command says of it.
  private static func cause(of error: any Error) -> any Error {
    guard case .dataCorrupted(let context) = error as? DecodingError else { return error }
    return context.underlyingError as? SaliencyError ?? error
  }

  /// A call that breaks the rules of the interface.
  static func usage(_ reason: String) -> DecodingError {
    .dataCorrupted(.init(codingPath: [], debugDescription: reason))
  }

  /// The number that the call gives.
  var result: Int32 { report.category.exitCode }
}
