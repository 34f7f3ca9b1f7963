internal import Saliency

/// Asks a network about one image after the other. While a batch is computed, those after it are read and the one before it is written.
struct AuditRun {
  let store: AuditStore
  let loader: ImageLoader
  let batch: BatchExplainer
  let labels: Labels?
  let progress: AuditProgress.Handler?

  /// Images that wait until there are enough of them for a batch.
  private var waiting: [LoadedImage] = []
  /// Images whose class the network does not say, that wait for the map of it.
  private var mistaken: [AnsweredImage] = []
  private var writing: Task<Void, any Error>?
  private(set) var counts = Counts()

  struct Counts {
    var done = 0
    var failed = 0
    var known = 0
  }

  init(
    _ store: AuditStore, _ loader: ImageLoader, _ batch: BatchExplainer, labels: Labels?,
    progress: AuditProgress.Handler?
  ) {
    (self.store, self.loader, self.batch) = (store, loader, batch)
    (self.labels, self.progress) = (labels, progress)
  }

  /// Asks about all images of the loader's data set. When it returns or throws nothing is being written any more.
  mutating func run() async throws {
    do {
      try await askAll()
    } catch {
      _ = await writing?.result
      throw error
    }
  }

  private mutating func askAll() async throws {
    let (entries, loader) = (loader.data.entries, loader)
    let start = ContinuousClock.now
    var loading: [Task<ImageLoader.Outcome, Never>] = []
    defer { for task in loading { task.cancel() } }
    var next = 0
    for entry in entries {
      try Task.checkCancellation()
      while loading.count < 3 * batch.count, next < entries.count {
        let entry = entries[next]
        loading.append(Task.detached { loader.load(entry) })
        next += 1
      }
      switch await loading.removeFirst().value {
      case .known:
        counts.known += 1
        counts.done += 1
      case .failed(let reason, let sha256): try await fail(entry, sha256, reason)
      case .loaded(let image) where !batch.takes(image.tensor):
        try await fail(
          entry, image.sha256,
          "the tensor has the shape \(image.tensor.shape.text), and the network's input for one image "
            + "\(Shape([1] + batch.explainer.inputShape.dropFirst()).text)")
      case .loaded(let image): waiting.append(image)
      }
      if waiting.count == batch.count { try await ask() }
      tell(total: entries.count, since: start)
    }
    try Task.checkCancellation()
    try await ask()
    try await askMistaken()
    try await writing?.value
    tell(total: entries.count, since: start)
  }

  private func tell(total: Int, since start: ContinuousClock.Instant) {
    progress?(
      AuditProgress(
        done: counts.done, total: total, failed: counts.failed, known: counts.known,
        elapsed: start.duration(to: .now)))
  }

  /// Asks about the images that wait.
  private mutating func ask() async throws {
    guard !waiting.isEmpty else { return }
    let images = waiting
    waiting = []
    var finished: [AnsweredImage] = []
    for (image, answer) in zip(images, try await answers(images)) {
      switch answer {
      case .failure(let failure): try await fail(image.entry, image.sha256, failure.reason)
      case .success(let answer):
        let answered = AnsweredImage(image: image, label: loader.label(of: image.entry), predicted: answer)
        if answered.isMistaken { mistaken.append(answered) } else { finished.append(answered) }
      }
    }
    try await write(finished)
    if mistaken.count >= batch.count { try await askMistaken() }
  }

  /// Asks for the maps of the true classes of images that the network takes for others.
  private mutating func askMistaken() async throws {
    while !mistaken.isEmpty {
      var asked = Array(mistaken.prefix(batch.count))
      mistaken.removeFirst(asked.count)
      let answers = try await answers(asked.map(\.image), units: asked.map { $0.label! })
      var finished: [AnsweredImage] = []
      for index in asked.indices {
        switch answers[index] {
        case .failure(let failure):
          try await fail(asked[index].image.entry, asked[index].image.sha256, failure.reason)
        case .success(let answer):
          asked[index].ofLabel = answer
          finished.append(asked[index])
        }
      }
      try await write(finished)
      // Fewer than a batch wait for others.
      if mistaken.count < batch.count, !waiting.isEmpty { break }
    }
  }

  /// Why a single image could not be explained.
  private struct Failure: Error { let reason: String }

  /// The answers for images. Where a batch fails for one of them, they are asked one by one, to see for which.
  private func answers(
    _ images: [LoadedImage], units: [Int]? = nil
  ) async throws -> [Result<AnsweredImage.Answer, Failure>] {
    do {
      let attribution = try await batch.attribution(of: images, units: units, labels: labels)
      return images.indices.map { .success(.init(attribution: attribution, item: $0)) }
    } catch {
      guard ErrorCategory(error) == .badData else { throw error }
      guard images.count > 1 else { return [.failure(Failure(reason: ErrorReport(error).error))] }
      var answers: [Result<AnsweredImage.Answer, Failure>] = []
      for (index, image) in images.enumerated() {
        answers += try await self.answers([image], units: units.map { [$0[index]] })
      }
      return answers
    }
  }

  private mutating func fail(_ entry: DataSet.Entry, _ sha256: String?, _ reason: String) async throws {
    counts.failed += 1
    counts.done += 1
    let record = ImageRecord(
      path: entry.path, sha256: sha256, label: loader.label(of: entry), mask: entry.mask, answer: nil,
      error: reason)
    try await write { [record] }
  }

  private mutating func write(_ images: [AnsweredImage]) async throws {
    guard !images.isEmpty else { return }
    counts.done += images.count
    try await write { images.map { $0.record() } }
  }

  /// Makes and writes records while the network goes on; waits for those before them.
  private mutating func write(_ records: @escaping @Sendable () -> [ImageRecord]) async throws {
    try await writing?.value
    let store = store
    writing = Task.detached { try store.save(records()) }
  }
}
