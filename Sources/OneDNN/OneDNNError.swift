internal import COneDNN

/// A call to oneDNN that failed.
public struct OneDNNError: Error, Sendable, Equatable, CustomStringConvertible {
  /// Why oneDNN refused, from `dnnl_status_t`.
  public enum Code: Sendable, Equatable {
    case outOfMemory
    case invalidArguments
    case unimplemented
    case runtime
    case other(UInt32)
  }

  /// The reason.
  public let code: Code
  /// What was asked of oneDNN, such as "convolution forward".
  public let request: String

  /// An error for a request, with its reason.
  public init(code: Code, request: String) {
    self.code = code
    self.request = request
  }

  /// The sentence shown to a person.
  public var description: String {
    let reason =
      switch code {
      case .outOfMemory: "there is not enough memory"
      case .invalidArguments: "the arguments do not fit together"
      case .unimplemented: "this processor or version of oneDNN has no implementation"
      case .runtime: "the call failed while it ran"
      case .other(let status): "status \(status)"
      }
    return "oneDNN could not do \(request): \(reason)"
  }
}

/// Throws unless `status` is success.
func check(_ status: dnnl_status_t, _ request: @autoclosure () -> String) throws(OneDNNError) {
  guard status != dnnl_success else { return }
  let code: OneDNNError.Code =
    switch status {
    case dnnl_out_of_memory: .outOfMemory
    case dnnl_invalid_arguments: .invalidArguments
    case dnnl_unimplemented: .unimplemented
    case dnnl_runtime_error: .runtime
    default: .other(UInt32(status.rawValue))
    }
  throw OneDNNError(code: code, request: request())
}
