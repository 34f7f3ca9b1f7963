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
  static let usage: Int32 = 64
  static let badData: Int32 = 65
  static let missingInput: Int32 = 66
  static let unsupported: Int32 = 69
  static let outOfMemory: Int32 = 71
  static let cannotWrite: Int32 = 73

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
    let prefix = input.map { "\($0): " } ?? ""
    switch error {
    case let failure as Failure: self = failure
    case let error as ONNXError: self.init(error.description, exitCode: Self.exitCode(of: error))
    case let error as KerasError: self.init(error.description, exitCode: Self.exitCode(of: error))
    case let error as ImageError:
      let isUsage = error.code == .unknownColorMap
      self.init(
        (error.path == nil && !isUsage ? prefix : "") + error.description,
        exitCode: isUsage ? Self.usage : error.code == .unreadable ? Self.missingInput : Self.badData)
    case let error as NumPyError:
      self.init(
        (error.path == nil ? prefix : "") + error.description,
        exitCode: error.code == .unreadable ? Self.missingInput : Self.badData)
    case let error as SaliencyError:
      let isUsage = [.unknownTarget, .invalidSetting, .methodMatchedNothing].contains(error.code)
      self.init(
        (error.file == nil && !isUsage ? prefix : "") + error.description,
        exitCode: isUsage
          ? Self.usage
          : error.code == .unreadable
            ? Self.missingInput : error.code == .unavailable ? Self.unsupported : Self.badData)
    case let error as GraphError:
      self.init(
        (error.code == .unsupported ? "" : model.map { "\($0): " } ?? "") + error.description,
        exitCode: error.code == .outOfMemory
          ? Self.outOfMemory
          : [.unsupported, .unavailable].contains(error.code) ? Self.unsupported : Self.badData)
    default: self.init(prefix + "\(error)", exitCode: Self.badData)
    }
  }

  private static func exitCode(of error: KerasError) -> Int32 {
    switch error.code {
    case .unreadable: missingInput
    case .unsupportedLayer, .unsupportedElementType, .unsupportedStorage: unsupported
    default: badData
    }
  }

  private static func exitCode(of error: ONNXError) -> Int32 {
    switch error.code {
    case .unreadable: missingInput
    case .unsupportedOperator, .unsupportedElementType, .notExportable: unsupported
    case .unwritable: cannotWrite
    default: badData
    }
  }
}
