internal import LibC
internal import Synchronization

/// A detached thread with a stack that fits deep call chains of native libraries.
struct Thread {
  private let body: @Sendable () -> Void

  init(_ body: @escaping @Sendable () -> Void) {
    self.body = body
  }

  private final class Box: Sendable {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }

  /// Starts the thread; false where the system refuses.
  func start() -> Bool {
    var attributes = pthread_attr_t()
    guard pthread_attr_init(&attributes) == 0 else { return false }
    defer { pthread_attr_destroy(&attributes) }
    pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    pthread_attr_setstacksize(&attributes, 8 << 20)
    let context = Unmanaged.passRetained(Box(body)).toOpaque()
    var thread = pthread_t()
    let status = pthread_create(
      &thread, &attributes,
      { context in
        Unmanaged<Box>.fromOpaque(context!).takeRetainedValue().body()
        return nil
      }, context)
    if status != 0 { Unmanaged<Box>.fromOpaque(context).release() }
    return status == 0
  }
}

/// A queue on which one thread waits.
final class JobQueue<Element: Sendable>: Sendable {
  private let semaphore = Semaphore()
  private let state = Mutex<(elements: [Element], isClosed: Bool)>(([], false))

  func add(_ element: Element) {
    state.withLock { $0.elements.append(element) }
    semaphore.signal()
  }

  /// Lets `next` return nil once the queue is empty.
  func close() {
    state.withLock { $0.isClosed = true }
    semaphore.signal()
  }

  /// The oldest element, waited for; nil once the queue is closed and empty.
  func next() -> Element? {
    while true {
      semaphore.wait()
      let (element, isClosed) = state.withLock { state in
        (state.elements.isEmpty ? nil : state.elements.removeFirst(), state.isClosed)
      }
      if element != nil || isClosed { return element }
    }
  }
}

/// A POSIX semaphore.
private final class Semaphore: @unchecked Sendable {
  // POSIX: sem_post and sem_wait may be called from any thread on one semaphore.
  private let handle = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)

  init() {
    sem_init(handle, 0, 0)
  }

  deinit {
    sem_destroy(handle)
    handle.deallocate()
  }

  func signal() {
    sem_post(handle)
  }

  func wait() {
    while sem_wait(handle) != 0 {}
  }
}
