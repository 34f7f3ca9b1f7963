import FileAccess
import KerasFormat
import NumPyFormat
import ONNXFormat
import Saliency
import SaliencyCore
import SaliencyImage

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

  /// A file that cannot be written.
  init(_ failure: AtomicFile.Failure, path: String) {
    self.init("\(path): cannot be written: \(failure)", exitCode: Self.cannotWrite)
  }

  /// Any error of the library; `input` is named where the error itself names no file, and `model` where it is about a
  /// node.
  init(_ error: any Error, input: String? = nil, model: String? = nil) {
    if let failure = error as? Failure {
      self = failure
      return
    }
    let category = ErrorCategory(error)
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
    self.init((isNamed ? "" : name.map { "\($0): " } ?? "") + "\(error)", exitCode: category.exitCode)
  }
}
