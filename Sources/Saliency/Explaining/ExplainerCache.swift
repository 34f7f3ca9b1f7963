internal import FoundationEssentials
public import SaliencyCore

/// The explainers of the last few questions and shapes of inputs of a model, for a front end that is asked again and again.
///
/// Compiling is the expensive part of a first answer, and weights are packed for each explainer. Of several tasks that ask
/// for the same explainer at one time, one compiles it and all get it. Where memory runs out, the explainers that are
/// kept are given up for the new one.
public actor ExplainerCache {
  /// The model that is asked.
  public nonisolated let model: Model
  /// How many explainers are kept; the one that was asked for longest ago goes first.
  public nonisolated let limit: Int
  /// Where they run; nil for ``Executor/shared``.
  public nonisolated let executor: Executor?

  private struct Key: Hashable {
    let question: String
    let shape: Shape
  }

  private struct Entry {
    let explainer: Task<Explainer, any Error>
    var lastUse: Int
  }

  private var entries: [Key: Entry] = [:]
  private var useCount = 0

  /// An empty cache.
  ///
  /// - Parameters:
  ///   - model: the model that is asked.
  ///   - limit: how many explainers are kept, at least 1.
  ///   - executor: where they run; where nil, on ``Executor/shared``.
  public init(_ model: Model, limit: Int = 8, executor: Executor? = nil) {
    precondition(limit >= 1, "`limit` must be at least 1")
    (self.model, self.limit, self.executor) = (model, limit, executor)
  }

  /// How many explainers are kept now.
  public var count: Int { entries.count }

  /// Gives up all explainers. Those in use live on until they are done.
  public func removeAll() { entries.removeAll() }

  /// The explainer of a question for inputs of a shape, compiled unless it is kept.
  ///
  /// - Parameters:
  ///   - question: what is asked. Ask many targets of one explainer by giving them when it runs, not in the question.
  ///   - name: what tells the question from others; where nil, its JSON. A question with a formula of the user's own, which has
  ///     none, is compiled each time unless it is named.
  ///   - inputShape: the shape of the inputs.
  /// - Throws: what ``Explainer/init(_:_:inputShape:preprocessing:executor:)`` throws.
  public func explainer(
    for question: Question, named name: String? = nil, inputShape: Shape
  ) async throws -> Explainer {
    guard let text = try name ?? text(of: question) else {
      return try await compiled(question, inputShape)
    }
    let key = Key(question: text, shape: inputShape)
    useCount += 1
    if entries[key] != nil {
      entries[key]!.lastUse = useCount
    } else {
      if entries.count == limit, let oldest = entries.min(by: { $0.value.lastUse < $1.value.lastUse }) {
        entries[oldest.key] = nil
      }
      let task = Task { try await compiled(question, inputShape) }
      entries[key] = Entry(explainer: task, lastUse: useCount)
    }
    let task = entries[key]!.explainer
    do {
      return try await task.value
    } catch {
      // What failed for want of memory may succeed later.
      if entries[key]?.explainer == task { entries[key] = nil }
      throw error
    }
  }

  private func text(of question: Question) throws -> String? {
    guard question.isWritable else { return nil }
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    return String(decoding: try encoder.encode(question), as: UTF8.self)
  }

  private func compiled(_ question: Question, _ inputShape: Shape) async throws -> Explainer {
    do {
      return try await Explainer(model, question, inputShape: inputShape, executor: executor)
    } catch let error as GraphError where error.code == .outOfMemory && entries.count > 1 {
      entries.removeAll()
      return try await Explainer(model, question, inputShape: inputShape, executor: executor)
    }
  }
}
