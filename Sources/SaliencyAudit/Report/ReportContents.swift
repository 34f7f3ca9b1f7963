internal import Saliency

/// All that the report tells.
struct ReportContents: Sendable {
  let identity: AuditIdentity
  let findings: AuditFindings
  /// What was typed last, and with what it was computed.
  let invocation: String
  let computations: [String]
  /// The images that the network says right, and those whose class somebody says; of those that did not fail.
  let correct: Int
  let labeled: Int
  let classes: [ClassSummary]
  /// How often the network says a class in the place of another, most often first.
  let confusions: [(label: Int, predicted: Int, count: Int)]
  /// Images that the network takes for another class, those first of which it is most certain.
  let mistaken: [ShownImage]
  let mistakenCount: Int
  /// What was tested.
  let tests: [TestedCandidate]

  /// How many images of all classes together are shown, so that the page stays small.
  static let shownLimit = 1_500
  /// How many of one class.
  static let shownOfClassLimit = 24
  static let mistakenLimit = 36
  static let confusionLimit = 12

  /// Reads an audit.
  ///
  /// - Throws: `SaliencyError` where nothing has been asked yet.
  init(_ store: AuditStore, _ findings: AuditFindings) throws {
    guard let identity = try store.identity() else {
      throw SaliencyError(.unreadable, "the audit has no images yet", file: store.path)
    }
    (self.identity, self.findings) = (identity, findings)
    tests = try store.tests().map(\.test)
    let runs = try store.runs()
    invocation = runs.last?.invocation ?? ""
    computations = Array(Set(runs.map(\.computation))).sorted()
    let groups = try store.classGroups()
    let shown = max(4, min(Self.shownOfClassLimit, Self.shownLimit / max(groups.count, 1)))
    classes = try groups.map { unit, images in
      try ClassSummary(store, unit: unit, name: identity.name(of: unit), images: images, shown: shown)
    }
    (correct, labeled) = try store.correctCount()
    let pairs = try store.confusions()
    mistakenCount = pairs.reduce(0) { $0 + $1.count }
    confusions = Array(pairs.prefix(Self.confusionLimit))
    mistaken = try store.mistakenImages(limit: Self.mistakenLimit).map { try store.shownImage($0) }
  }
}

extension AuditIdentity {
  /// What a class is called: its name, else its index.
  func name(of unit: Int) -> String {
    classNames.indices.contains(unit) ? classNames[unit] ?? "class \(unit)" : "class \(unit)"
  }
}

extension ClassSummary {
  /// About how many points a picture of maps has at most.
  static let pointLimit = 1_000

  /// - Parameters:
  ///   - images: the numbers of the images in the database, in the order of their paths.
  ///   - shown: how many of them are shown.
  init(_ store: AuditStore, unit: Int, name: String, images: [Int64], shown: Int) throws {
    let embedding = try store.embedding(ofClass: unit)
    let clusters = Dictionary(uniqueKeysWithValues: embedding.map { ($0.image, $0.cluster) })
    let found = try store.clusters(ofClass: unit)
    var maps = MapSum()
    var groupMaps = found.map { _ in MapSum() }
    // Ten thousand maps at once would take 80 MB.
    for start in stride(from: 0, to: images.count, by: 500) {
      for (image, record) in try store.mapRecords(
        ofClass: unit, images: images[start..<min(start + 500, images.count)])
      {
        let map = try record.map.map()
        try maps.add(map)
        if let cluster = clusters[image], groupMaps.indices.contains(cluster) {
          try groupMaps[cluster].add(map)
        }
      }
    }
    func chosen(_ images: [Int64], _ limit: Int) throws -> [ShownImage] {
      let step = max(1, Double(images.count) / Double(limit))
      return try (0..<min(limit, images.count)).map { try store.shownImage(images[Int(Double($0) * step)]) }
    }
    let groups =
      found.count < 2
      ? []
      : try found.enumerated().map { number, cluster in
        Group(
          found: cluster, meanMap: try groupMaps[number].mean(),
          shown: try chosen(images.filter { clusters[$0] == number }, max(4, shown / found.count)))
      }
    // A picture of more points says no more, and makes the page large.
    let step = max(1, embedding.count / Self.pointLimit)
    let points = try stride(from: 0, to: embedding.count, by: step).map { index in
      let point = embedding[index]
      return Point(
        path: try store.paths(of: [point.image]).first ?? "", cluster: point.cluster, x: point.x, y: point.y)
    }
    self.init(
      unit: unit, name: name, images: images.count, correct: try store.correctCount(ofClass: unit),
      numbers: try store.meanNumbers(ofClass: unit), meanMap: try maps.mean(),
      shown: groups.isEmpty ? try chosen(images, shown) : [], groups: groups, points: points)
  }
}
