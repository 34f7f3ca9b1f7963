/// Why a graph cannot leave as an ONNX model.
struct ExportFault: Error {
  enum Kind {
    /// ONNX, or the operator set that is asked for, has no counterpart.
    case inexpressible
    /// What is computed depends on the batch in a way that cannot be left open.
    case batchDependent
  }

  let kind: Kind
  let message: String

  static func inexpressible(_ message: String) -> ExportFault {
    ExportFault(kind: .inexpressible, message: message)
  }
  static func batchDependent(_ message: String) -> ExportFault {
    ExportFault(kind: .batchDependent, message: message)
  }
}
