import CSaliencyPython
import Glibc
import Saliency
import Synchronization

/// The objects that callers hold, by their numbers.
final class HandleTable: Sendable {
  static let shared = HandleTable()

  private struct State {
    var last: saliency_handle = 0
    var objects: [saliency_handle: any AnyObject & Sendable] = [:]
  }

  private let state = Mutex(State())

  /// Keeps an object until it is released, under a number that no other has had.
  func insert(_ object: any AnyObject & Sendable) -> saliency_handle {
    state.withLock {
      $0.last += 1
      $0.objects[$0.last] = object
      return $0.last
    }
  }

  /// The object of a kind under a number.
  ///
  /// - Parameter kind: what it is called in errors, such as "model".
  func object<Object>(_ handle: saliency_handle, _: Object.Type, _ kind: String) throws -> Object {
    let object = state.withLock { $0.objects[handle] }
    guard let object else {
      throw Failure.usage(
        handle == 0 ? "no \(kind) is given" : "\(handle) is no \(kind) that lives; it may have been closed")
    }
    guard let object = object as? Object else { throw Failure.usage("\(handle) is no \(kind)") }
    return object
  }

  /// Gives up the object under a number, and returns it.
  func remove(_ handle: saliency_handle) throws -> any AnyObject & Sendable {
    guard let object = state.withLock({ $0.objects.removeValue(forKey: handle) }) else {
      throw Failure.usage("\(handle) is no object that lives; it may have been released before")
    }
    return object
  }
}

/// The process that began the first task: its threads are in no process that was forked from it.
enum Owner {
  private static let process = Atomic<Int32>(0)

  /// The library has threads in this process from now on.
  static func take() {
    _ = process.compareExchange(expected: 0, desired: getpid(), ordering: .relaxed)
  }

  /// Throws in a forked process, before a lock could be waited for that a thread of the other process held.
  static func require() throws {
    let owner = process.load(ordering: .relaxed)
    guard owner == 0 || owner == getpid() else {
      throw GraphError(
        .unsupported,
        "this process was forked from one that had used the library already, whose threads it does not have; "
          + "start it with the method 'spawn' or 'forkserver'")
    }
  }
}
