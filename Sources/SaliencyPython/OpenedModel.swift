import CSaliencyPython
import Saliency

/// A model, and where it runs.
final class OpenedModel: Sendable {
  /// How much of the machine it may take.
  struct Settings: Decodable {
    var threads: Int?
    var memoryLimit: Int?
    var precision: Precision?
  }

  /// What is inspected of it.
  struct Inspection: Decodable {
    var input: String?
    var output: String?
    var layout: [String: String]?
    var shape: [Int]?
  }

  let model: Model
  /// Nil for the executor that all share.
  let executor: Executor?

  init(_ file: Input, _ settings: Settings) throws {
    if let threads = settings.threads, !(1...1_024 ~= threads) {
      throw Failure.usage("the number of threads has to lie between 1 and 1024, not be \(threads)")
    }
    if let limit = settings.memoryLimit, limit < 1 {
      throw Failure.usage("the memory limit has to be at least 1 byte, not \(limit)")
    }
    let (path, bytes) = try file.opened()
    model = try path.map { try Model(contentsOf: $0) } ?? Model(bytes: bytes, name: file.name)
    let isDefault =
      settings.threads == nil && settings.memoryLimit == nil && settings.precision ?? .fp32 == .fp32
    // An executor has a thread from the start.
    if !isDefault { Owner.take() }
    executor =
      isDefault
      ? nil
      : try Executor(
        threadCount: settings.threads, memoryLimit: settings.memoryLimit,
        precision: settings.precision ?? .fp32)
  }

  func inspect(_ settings: Inspection) throws -> InspectReport {
    if let shape = settings.shape, !shape.allSatisfy({ $0 >= 1 }) || shape.checkedElementCount == nil {
      throw Failure.usage("a shape of \(shape.text) has no elements, or too many")
    }
    var selected = try model.selecting(input: settings.input, output: settings.output)
    selected.layouts = try (settings.layout ?? [:]).mapValues { try AxisRole.roles(parsing: $0) }
    return try InspectReport(selected, inputShape: settings.shape)
  }
}
