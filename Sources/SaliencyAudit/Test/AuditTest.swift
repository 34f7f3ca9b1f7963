internal import Saliency

/// Tests what the network looks at, by changing it.
struct AuditTest {
  let store: AuditStore
  let data: DataSet
  let asked: AskedModel
  let classifier: ImageClassifier
  let seed: Int

  /// How many images of a candidate, and how many of other classes, are changed.
  static let imageCount = 40
  /// The fewest of either that tell anything.
  static let fewestImages = 8
  /// The part of a class that a cluster has to have.
  static let smallestShare = 0.05
  /// How far a rate has to be beyond its control, beside that it is so with certainty.
  static let smallestDifference = 0.3
  /// How far the rate of each filling has to be beyond its control.
  static let smallestFillingDifference = 0.15
  /// The level of all tests of an audit together.
  static let level = 0.05
  /// The parts of a region outside the objects from which it is no part of them, and up to which it is one.
  static let outsideShares = (background: 0.9, object: 0.5)
  /// The largest part of the area of a box, of a class and of a single image.
  static let areaLimits = (place: 0.25, single: 0.15)

  private var loaded: [Int64: TestImage] = [:]
  /// The boxes of single images, in fractions.
  private(set) var boxes: [Int64: [Double]] = [:]

  init(
    _ store: AuditStore, _ data: DataSet, _ asked: AskedModel, _ classifier: ImageClassifier, seed: Int
  ) {
    (self.store, self.data, self.asked, self.classifier) = (store, data, asked, classifier)
    self.seed = seed
  }

  /// Tests all classes.
  mutating func run() async throws -> [TestedCandidate] {
    let all = try store.testable()
    let byID = Dictionary(uniqueKeysWithValues: all.map { ($0.id, $0) })
    var tests: [TestedCandidate] = []
    for (unit, group) in try store.classGroups() {
      let embedding = try store.embedding(ofClass: unit)
      let known = Set(embedding.map(\.image))
      // What the network does not take for the class cannot lose it.
      let members = group.filter { known.contains($0) && byID[$0]?.predicted == unit }
      let others = all.filter { $0.predicted != unit && ($0.label == nil || $0.label != unit) }
      guard members.count >= Self.fewestImages, others.count >= Self.fewestImages else { continue }
      tests += try await test(unit, group.count, members, embedding, others, byID)
      loaded = loaded.count > 300 ? [:] : loaded
    }
    judge(&tests)
    return tests
  }

  // MARK: Candidates

  private mutating func test(
    _ unit: Int, _ classSize: Int, _ members: [Int64],
    _ embedding: [(image: Int64, cluster: Int, x: Double, y: Double)], _ others: [AuditStore.Testable],
    _ byID: [Int64: AuditStore.Testable]
  ) async throws -> [TestedCandidate] {
    var random = SeededRandom(seed: seed, "others of \(unit)")
    let otherImages = try random.sample(others, Self.imageCount).compactMap { try image($0, unit: nil) }
    let clusters = Dictionary(uniqueKeysWithValues: embedding.map { ($0.image, $0.cluster) })
    let clusterCount = (clusters.values.max() ?? 0) + 1
    var tests: [TestedCandidate] = []
    var groups: [(cluster: Int?, images: [Int64])] = [(nil, members)]
    if clusterCount > 1 {
      groups += (0..<clusterCount).map { cluster in (cluster, members.filter { clusters[$0] == cluster }) }
    }
    for (cluster, images) in groups {
      let share = Double(images.count) / Double(classSize)
      guard images.count >= Self.fewestImages, cluster == nil || share >= Self.smallestShare else { continue }
      let chosen = try random.sample(images, Self.imageCount).compactMap { try image(byID[$0]!, unit: unit) }
      guard chosen.count >= Self.fewestImages, otherImages.count >= Self.fewestImages else { continue }
      for (kind, regions) in try candidates(unit, images, chosen, isClass: cluster == nil) {
        let size = chosen[0].image
        let candidate = Candidate(
          unit: unit, cluster: cluster, kind: kind, images: images, share: share,
          box: kind == .place
            ? Self.fractions(
              regions[0].box ?? Region.Box(left: 0, top: 0, right: size.width, bottom: size.height),
              size.width, size.height) : nil)
        tests.append(try await test(candidate, chosen, regions, otherImages))
      }
    }
    return tests
  }

  /// The regions of the images that may matter.
  private func candidates(
    _ unit: Int, _ images: [Int64], _ chosen: [TestImage], isClass: Bool
  ) throws -> [(kind: Candidate.Kind, regions: [Region])] {
    let (width, height) = (chosen[0].image.width, chosen[0].image.height)
    var sum = MapSum()
    var sample = SeededRandom(seed: seed, "mean map of \(unit)")
    for (_, record) in try store.mapRecords(ofClass: unit, images: sample.sample(images, 500)[...]) {
      try sum.add(record.map.map())
    }
    guard let mean = try sum.mean() else { return [] }
    let longest = max(mean.width, mean.height)
    func cells(_ side: Int) -> Int { max(1, min(side, side * MapVector.longestSide / max(longest, 1))) }
    let (across, down) = (cells(mean.width), cells(mean.height))
    let small = try mean.resized(width: across, height: down).values.map { Double($0) }
    let box = PlaceScan.scaled(
      PlaceScan.densest(small, width: across, height: down, areaLimit: Self.areaLimits.place),
      from: (across, down), to: (width, height))
    let place = Region(box, width: width, height: height)
    var candidates: [(Candidate.Kind, [Region])] = [(.place, chosen.map { _ in place })]
    guard isClass else { return candidates }
    let frame = Region.frame(width: width, height: height)
    let border = MapNumbers(mean, mask: nil)?.border ?? 0
    // The frame of the numbers is a tenth of each side too.
    if border >= 0.36 { candidates.append((.place, chosen.map { _ in frame })) }
    let own = chosen.map { $0.box.map { Region($0, width: width, height: height) } ?? place }
    if Statistics.median(own.map { $0.box!.overlap(box) }) < 0.5 { candidates.append((.anywhere, own)) }
    if chosen.allSatisfy({ $0.object != nil }) {
      candidates.append((.background, chosen.map { $0.object!.complement }))
    }
    return candidates
  }

  private func test(
    _ candidate: Candidate, _ images: [TestImage], _ regions: [Region], _ others: [TestImage]
  ) async throws -> TestedCandidate {
    var tested = TestedCandidate(candidate: candidate)
    let name =
      "\(candidate.unit) \(candidate.cluster ?? -1) \(candidate.kind.rawValue) \(candidate.box ?? [])"
    let margin = max(1, min(regions[0].width, regions[0].height) / 32)
    // What is changed goes a little beyond the region, since maps are smooth and marks are sharp.
    let grown = regions.map { region in
      region.box.map {
        Region(
          $0.grown(by: margin, width: region.width, height: region.height), width: region.width,
          height: region.height)
      } ?? region
    }
    var intervention = Intervention(
      classifier: classifier, unit: candidate.unit, images: images, others: others, kind: candidate.kind,
      regions: grown, random: SeededRandom(seed: seed, name))
    let removal = try await intervention.removal()
    let addition = try await intervention.addition()
    (tested.removed, tested.added) = (removal.effect, addition.effect)
    if removal.smallest < Self.smallestFillingDifference { tested.removed.probability = 1 }
    tested.examples = removal.examples + addition.examples

    if images.allSatisfy({ $0.object != nil }) {
      tested.outside = Statistics.mean(
        zip(images, regions).map { image, region in
          let object = image.object!
          let outside = region.isInside.indices.count { region.isInside[$0] && !object.isInside[$0] }
          return Double(outside) / Double(max(region.count, 1))
        })
    }
    let (own, foreign) = (images.map(\.image), others.map(\.image))
    if candidate.kind == .place {
      tested.constantShare = Repetition.constantShare(regions[0], in: own, against: foreign)
    }
    var random = SeededRandom(seed: seed, name + " content")
    let places = regions.compactMap(\.box)
    if places.count == regions.count {
      tested.contentRatio = try Repetition.contentRatio(own, places, against: foreign, &random)
    }
    return tested
  }

  // MARK: Verdicts

  private func judge(_ tests: inout [TestedCandidate]) {
    let holds = Statistics.holm(
      tests.flatMap { [$0.removed.probability, $0.added.probability] }, level: Self.level)
    for index in tests.indices {
      let test = tests[index]
      let removes = holds[2 * index] && test.removed.difference >= Self.smallestDifference
      let adds = holds[2 * index + 1] && test.added.difference >= Self.smallestDifference
      guard removes || adds else { continue }
      tests[index].verdict = verdict(of: test)
    }
    Self.dropRepeated(&tests)
  }

  private func verdict(of test: TestedCandidate) -> TestedCandidate.Verdict {
    if let outside = test.outside {
      if outside >= Self.outsideShares.background { return .finding }
      if outside <= Self.outsideShares.object { return .object }
    }
    let isConstant = test.constantShare.map { $0 >= Repetition.pixelShare } ?? false
    let isRepeated = test.contentRatio.map { $0 <= Repetition.threshold } ?? false
    return isConstant || isRepeated ? .finding : .undecided
  }

  /// Of several candidates that tell the same, the one with the largest effect stays; what contains a finding is explained by it.
  private static func dropRepeated(_ tests: inout [TestedCandidate]) {
    func effect(_ test: TestedCandidate) -> Double { max(test.removed.difference, test.added.difference) }
    let findings = tests.indices.filter { tests[$0].verdict == .finding }
      .sorted { (-effect(tests[$0]), $0) < (-effect(tests[$1]), $1) }
    var kept: [Int] = []
    for index in findings {
      if kept.contains(where: { tellsTheSame(tests[$0].candidate, tests[index].candidate) }) {
        tests[index].verdict = .same
      } else {
        kept.append(index)
      }
    }
    for index in tests.indices where tests[index].verdict == .undecided {
      if kept.contains(where: { tellsTheSame(tests[$0].candidate, tests[index].candidate) }) {
        tests[index].verdict = .same
      }
    }
  }

  private static func tellsTheSame(_ a: Candidate, _ b: Candidate) -> Bool {
    guard a.unit == b.unit, !Set(a.images).isDisjoint(with: b.images) else { return false }
    guard let first = a.box, let second = b.box else { return true }
    return max(first[0], second[0]) < min(first[2], second[2])
      && max(first[1], second[1]) < min(first[3], second[3])
  }

  // MARK: Images

  /// An image that is ready to be changed; nil where it cannot be read any more, or is a tensor.
  private mutating func image(_ entry: AuditStore.Testable, unit: Int?) throws -> TestImage? {
    if let known = loaded[entry.id] { return known }
    guard let contents = try? InputContents(contentsOf: data.location(of: entry.path)),
      let prepared = try? asked.model.prepare(contents, overrides: asked.preparation),
      let visible = prepared.visiblePart
    else { return nil }
    var object: Region?
    if let mask = entry.mask, let places = try? prepared.places(insideMask: data.location(of: mask)),
      places.count == visible.width * visible.height, places.contains(true), places.contains(false)
    {
      object = Region(places, width: visible.width, height: visible.height)
    }
    var box: Region.Box?
    if let record = try store.mapRecords(ofClass: unit ?? entry.predicted, images: [entry.id]).first?.record,
      let vector = try MapVector(record.map.map())
    {
      let cells = PlaceScan.densest(
        vector.values, width: vector.width, height: vector.height, areaLimit: Self.areaLimits.single)
      box = PlaceScan.scaled(
        cells, from: (vector.width, vector.height), to: (visible.width, visible.height))
      boxes[entry.id] = Self.fractions(box!, visible.width, visible.height)
    }
    let image = TestImage(
      id: entry.id, path: entry.path, predicted: entry.predicted, image: visible, box: box, object: object)
    loaded[entry.id] = image
    return image
  }

  private static func fractions(_ box: Region.Box, _ width: Int, _ height: Int) -> [Double] {
    // Four digits are more than a map tells.
    func fraction(_ place: Int, _ side: Int) -> Double {
      (Double(place) / Double(side) * 10_000).rounded() / 10_000
    }
    return [
      fraction(box.left, width), fraction(box.top, height), fraction(box.right, width),
      fraction(box.bottom, height),
    ]
  }
}
