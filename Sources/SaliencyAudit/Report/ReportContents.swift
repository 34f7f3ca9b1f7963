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
  /// - Parameters:
  ///   - images: the numbers of the images in the database, in the order of their paths.
  ///   - shown: how many of them are shown.
  init(_ store: AuditStore, unit: Int, name: String, images: [Int64], shown: Int) throws {
    var maps = MapSum()
    // Ten thousand maps at once would take 80 MB.
    for start in stride(from: 0, to: images.count, by: 500) {
      for map in try store.maps(ofClass: unit, images: images[start..<min(start + 500, images.count)]) {
        try maps.add(map.map())
      }
    }
    let step = max(1, Double(images.count) / Double(shown))
    let chosen = (0..<min(shown, images.count)).map { images[Int(Double($0) * step)] }
    self.init(
      unit: unit, name: name, images: images.count, correct: try store.correctCount(ofClass: unit),
      numbers: try store.meanNumbers(ofClass: unit), meanMap: try maps.mean(),
      shown: try chosen.map { try store.shownImage($0) })
  }
}
