internal import COneDNN

/// oneDNN's CPU engine and the version that is linked.
public final class Engine: @unchecked Sendable {
  // oneDNN: "engine … objects are thread-safe" (Developer Guide, "Understanding thread safety"); the handle is
  // never changed after `init`.
  let handle: dnnl_engine_t

  /// The engine of the processor that the program runs on (`dnnl_engine_create`).
  public init() throws(OneDNNError) {
    var handle: dnnl_engine_t?
    try check(dnnl_engine_create(&handle, dnnl_cpu, 0), "create the CPU engine")
    self.handle = handle!
  }

  deinit {
    dnnl_engine_destroy(handle)
  }

  /// The version of the library that is loaded, such as "2.6.3" (`dnnl_version`).
  public static var version: String {
    let version = dnnl_version().pointee
    return "\(version.major).\(version.minor).\(version.patch)"
  }
}

/// An in-order queue of primitives on an engine; used by one thread at a time.
public final class Stream {
  let handle: dnnl_stream_t
  private let engine: Engine

  /// A stream on `engine` (`dnnl_stream_create`).
  public init(_ engine: Engine) throws(OneDNNError) {
    var handle: dnnl_stream_t?
    try check(
      dnnl_stream_create(&handle, engine.handle, UInt32(dnnl_stream_default_flags.rawValue)),
      "create a stream")
    self.handle = handle!
    self.engine = engine
  }

  deinit {
    dnnl_stream_destroy(handle)
  }

  /// Waits for what was queued (`dnnl_stream_wait`).
  public func wait() throws(OneDNNError) {
    try check(dnnl_stream_wait(handle), "wait for the stream")
  }
}
