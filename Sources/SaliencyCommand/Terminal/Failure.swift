import Saliency

/// An error as the command reports it: one message and an exit code of sysexits.h.
struct Failure: Error {
  static let someFailed: Int32 = 1
  static let usage = ErrorCategory.usage.exitCode
  static let badData = ErrorCategory.badData.exitCode
  static let missingInput = ErrorCategory.missing.exitCode
  static let outOfMemory = ErrorCategory.outOfMemory.exitCode
  static let cannotWrite = ErrorCategory.unwritable.exitCode

  var message: String
  var exitCode: Int32

  init(_ message: String, exitCode: Int32) {
    self.message = message
    self.exitCode = exitCode
  }

  /// Any error of the library; `input` is named where the error itself names no file, and `model` where it is about a
  /// node.
  init(_ error: any Error, input: String? = nil, model: String? = nil) {
    if let failure = error as? Failure {
      self = failure
      return
    }
    let report = ErrorReport(error, input: input, model: model)
    self.init(report.error, exitCode: report.category.exitCode)
  }

  /// The result of `body`, whose error becomes a failure.
  static func reporting<Result>(
    _ body: @autoclosure () throws(SaliencyError) -> Result
  ) throws(Failure) -> Result {
    do throws(SaliencyError) {
      return try body()
    } catch {
      throw Failure(error)
    }
  }
}
