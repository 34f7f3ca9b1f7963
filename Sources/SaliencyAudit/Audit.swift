internal import FoundationEssentials
public import Saliency

/// What a network looks at in a whole data set, kept in a folder.
///
/// ```swift
/// let audit = Audit(folder: "audit")
/// try await audit.run(model, over: DataSet("birds"), AuditSettings(Question(method: .guided)))
/// let report = try audit.report()
/// ```
public struct Audit: Sendable {
  /// The folder that results are in.
  public let folder: String

  /// An audit in a folder, which need not exist.
  public init(folder: String) {
    self.folder = folder.count > 1 && folder.hasSuffix("/") ? String(folder.dropLast()) : folder
  }

  /// Asks about every image that has not been asked about, and keeps the answers in `audit.sqlite`.
  ///
  /// It may be ended at any time, and goes on from there when it is called again. The result of an image does not depend on what else is in
  /// the data set, nor on how often it was interrupted.
  ///
  /// - Parameters:
  ///   - model: the network, a classifier of images.
  ///   - data: the images.
  ///   - settings: what is asked.
  ///   - executor: where it runs; where nil, on `Executor.shared`.
  ///   - progress: is told how far it has come.
  /// - Returns: how many images there were, and what has to be told.
  /// - Throws: `SaliencyError` where the folder has an audit of another model or question, where another process writes to it or it cannot be
  ///   written, and where the model or the question is of another kind; what an `Explainer` throws. An image that fails is no error; why it
  ///   did stands in the result.
  @discardableResult
  public func run(
    _ model: Model, over data: DataSet, _ settings: AuditSettings, executor: Executor? = nil,
    progress: AuditProgress.Handler? = nil
  ) async throws -> AuditSummary {
    let start = ContinuousClock.now
    let masked = try settings.masks.map { try data.masked(by: $0) } ?? data
    var chosen = masked
    if let count = settings.perClass { chosen = try chosen.selecting(perClass: count, seed: settings.seed) }
    if let shard = settings.shard { chosen = chosen.selecting(shard) }
    let executor = try executor ?? .shared
    let asked = try await AskedModel(model, settings.question, labels: settings.labels, executor)
    let classes = try ClassMatching(
      Set(data.entries.compactMap(\.className)), labels: asked.labels, count: asked.unitCount,
      source: data.root)

    try OutputFile(folder).makeFolder()
    guard let lock = try FileLock(folder + "/audit.lock") else {
      throw SaliencyError(
        .unwritable, "another process is at work in this folder; wait for it, or give another with -o",
        file: folder)
    }
    defer { withExtendedLifetime(lock) {} }
    let store = try AuditStore(folder: folder, creates: true)
    let identity = try asked.identity(data)
    if let other = try store.identity() { try identity.require(sameAs: other, masked, store) }
    try store.setIdentity(identity)
    let computation = Recipe.Computation(precision: executor.precision)
    try store.addRun(settings.invocation, started: Date().formatted(.iso8601), computation)

    let loader = ImageLoader(
      data: chosen, model: asked.model, settings: asked.preparation, known: try store.known(),
      classes: classes)
    var run = AuditRun(store, loader, asked.batch, labels: asked.labels, progress: progress)
    try await run.run()
    // A part of the images says nothing of a class.
    if settings.shard == nil {
      let isNew = run.counts.done > run.counts.known + run.counts.failed
      if try isNew || !store.isGrouped() { try find(store, seed: settings.seed) }
      if settings.tests, try isNew || !store.isTested(seed: settings.seed) {
        let classifier = try await ImageClassifier(asked, executor)
        var test = AuditTest(store, masked, asked, classifier, seed: settings.seed)
        let tests = try await test.run()
        try store.save(tests, boxes: test.boxes, seed: settings.seed)
      }
    }
    try store.finish()
    return AuditSummary(
      images: chosen.entries.count, failed: run.counts.failed, known: run.counts.known,
      masked: chosen.entries.count { $0.mask != nil }, circles: data.circles,
      duration: start.duration(to: .now), preprocessing: asked.preprocessing)
  }
}

/// What is asked of a data set.
public struct AuditSettings: Sendable {
  /// What is asked of each image; its target is passed over, as the class is asked that the network says, and the true one.
  public var question: Question
  /// The names of the classes; where nil, those in the model's file.
  public var labels: Labels?
  /// A folder of masks of what the images show; nil where there are none beside those of a table.
  public var masks: String?
  /// How many images of each class are asked about; all where nil.
  public var perClass: Int?
  /// The part of the data set that is asked about; all where nil.
  public var shard: Shard?
  /// Where random numbers start.
  public var seed = 0
  /// Whether what the network looks at is tested by changing it.
  public var tests = true
  /// What was typed, to be told in the report.
  public var invocation = ""

  /// A question, about all images.
  public init(_ question: Question = Question()) { self.question = question }
}

/// What is told of a run.
public struct AuditSummary: Sendable {
  /// The images that were chosen.
  public let images: Int
  /// Those that failed.
  public let failed: Int
  /// Those that an earlier run had done.
  public let known: Int
  /// Those that have a mask.
  public let masked: Int
  /// Links to a folder that they lie in themselves, which were not followed.
  public let circles: [String]
  /// The time that it took.
  public let duration: Duration
  /// How images were prepared.
  public let preprocessing: Preprocessing?
}
