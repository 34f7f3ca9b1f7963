internal import Saliency

/// Takes a region away from a candidate's images, and puts it into others.
struct Intervention {
  let classifier: ImageClassifier
  let unit: Int
  let images: [TestImage]
  /// Images that the network takes for other classes.
  let others: [TestImage]
  let kind: Candidate.Kind
  /// The region of each of the images.
  let regions: [Region]
  var random: SeededRandom

  /// Regions of the same size elsewhere in an image, for each.
  static let controlCount = 2
  /// How often content is put into each of the other images.
  static let additionCount = 2
  /// How many examples are kept of each direction.
  static let exampleCount = 4

  /// What was asked, in the order of asking.
  private struct Edit {
    let image: Int
    let filling: Filling
    let isControl: Bool
    let make: () throws -> Image
  }

  // MARK: Taking away

  /// Fills the region in each image in three ways, and as many pixels elsewhere.
  ///
  /// - Returns: the effect, whose probability is the largest of the three fillings'; the smallest difference of a filling; images before and after.
  mutating func removal() async throws -> (
    effect: InterventionEffect, smallest: Double, examples: [TestedCandidate.Example]
  ) {
    var edits: [Edit] = []
    for index in images.indices {
      let region = regions[index]
      let controls =
        region.box == nil
        ? [kind == .background ? region.complement : region.middle]
        : (0..<Self.controlCount).map { _ in region.elsewhere(&random) }
      for filling in Filling.allCases {
        for (number, place) in ([region] + controls).enumerated() {
          edits.append(
            Edit(
              image: index, filling: filling, isControl: number > 0,
              make: edit(index, place, filling, isControl: number > 0)))
        }
      }
    }
    let before = try await classifier.answers(images.count, about: unit) { images[$0].image }
    let after = try await classifier.answers(edits.count, about: unit) { try edits[$0].make() }

    var differences: [[Double]] = []
    var (rates, controlRates) = (
      [Double](repeating: 0, count: images.count), [Double](repeating: 0, count: images.count)
    )
    var (changes, controlChanges): ([Double], [Double]) = ([], [])
    for filling in Filling.allCases {
      var (lost, control) = (rates.map { _ in [Double]() }, rates.map { _ in [Double]() })
      for (edit, answer) in zip(edits, after) where edit.filling == filling {
        let change = answer.score - before[edit.image].score
        if edit.isControl {
          control[edit.image].append(answer.winner == unit ? 0 : 1)
          controlChanges.append(change)
        } else {
          lost[edit.image].append(answer.winner == unit ? 0 : 1)
          changes.append(change)
        }
      }
      differences.append(images.indices.map { Statistics.mean(lost[$0]) - Statistics.mean(control[$0]) })
      for index in images.indices {
        rates[index] += Statistics.mean(lost[index]) / Double(Filling.allCases.count)
        controlRates[index] += Statistics.mean(control[index]) / Double(Filling.allCases.count)
      }
    }
    var effect = effect(rates, controlRates, changes, controlChanges)
    effect.probability = differences.map { Statistics.signTest($0) }.max() ?? 1
    // Those first that lose the class.
    let shown = zip(edits, after).filter { !$0.0.isControl && $0.0.filling == .patch }
      .sorted { ($0.1.winner != unit ? 0 : 1, $0.0.image) < ($1.1.winner != unit ? 0 : 1, $1.0.image) }
    let examples = try shown.prefix(Self.exampleCount).map { edit, answer in
      try example(
        images[edit.image], try edit.make(), before[edit.image].winner, answer.winner, isAddition: false)
    }
    return (effect, differences.map { Statistics.mean($0) }.min() ?? 0, examples)
  }

  /// An edit that fills a place of an image.
  private mutating func edit(
    _ index: Int, _ place: Region, _ filling: Filling, isControl: Bool
  ) -> () throws -> Image {
    let image = images[index].image
    switch (filling, kind) {
    case (.blur, .background) where !isControl:
      return { try image.pasting(Self.softened(image, place.complement), in: place) }
    case (.mean, .background) where !isControl:
      return { image.pasting(Self.flattened(image, place), in: place) }
    case (.blur, _): return { try image.fillingWithBlur(place) }
    case (.mean, _): return { image.fillingWithMean(place) }
    case (.patch, .background):
      // What a place is filled with is the background of an image of another class, and an object is covered by that of the same class.
      let source =
        isControl ? images[other(than: index, images.count)] : others[random.index(below: others.count)]
      return { try image.pasting(Self.withoutObject(source), in: place) }
    case (.patch, _) where place.box == nil || regions[index].box == nil:
      let source = others[random.index(below: others.count)].image
      return { image.pasting(source, in: place) }
    case (.patch, _):
      let number = other(than: index, images.count)
      let (source, box) = (images[number].image, place.box!)
      // Apart from the other image's own region.
      let own = regions[number].box ?? box
      var best = (overlap: Double.infinity, box: box)
      for _ in 0..<20 where best.overlap > 0 {
        let candidate = place.elsewhere(&random).box!
        let overlap = candidate.overlap(own)
        if overlap < best.overlap { best = (overlap, candidate) }
      }
      let moved = (x: best.box.left - box.left, y: best.box.top - box.top)
      return { image.pasting(source, in: place, dx: moved.x, dy: moved.y) }
    }
  }

  // MARK: Putting in

  /// Puts the region's content into images of other classes, and for comparison what images outside the candidate have at the same place.
  mutating func addition() async throws -> (effect: InterventionEffect, examples: [TestedCandidate.Example]) {
    var edits: [Edit] = []
    for index in others.indices {
      for _ in 0..<Self.additionCount {
        let donor = random.index(below: images.count)
        let control = other(than: index, others.count)
        let place = regions[donor]
        let (target, given, plain) = (others[index], images[donor], others[control])
        for (source, isControl) in [(given, false), (plain, true)] {
          edits.append(
            Edit(image: index, filling: .patch, isControl: isControl) { [kind] in
              guard kind == .background, let object = target.object else {
                return target.image.pasting(source.image, in: place)
              }
              return try target.image.pasting(Self.withoutObject(source), in: object.complement)
            })
        }
      }
    }
    let before = try await classifier.answers(others.count, about: unit) { others[$0].image }
    let after = try await classifier.answers(edits.count, about: unit) { try edits[$0].make() }
    var (gained, control) = (others.map { _ in [Double]() }, others.map { _ in [Double]() })
    var (changes, controlChanges): ([Double], [Double]) = ([], [])
    for (edit, answer) in zip(edits, after) {
      let (won, change) = (answer.winner == unit ? 1.0 : 0, answer.score - before[edit.image].score)
      if edit.isControl {
        control[edit.image].append(won)
        controlChanges.append(change)
      } else {
        gained[edit.image].append(won)
        changes.append(change)
      }
    }
    let (rates, controlRates) = (gained.map { Statistics.mean($0) }, control.map { Statistics.mean($0) })
    var effect = effect(rates, controlRates, changes, controlChanges)
    effect.probability = Statistics.signTest(zip(rates, controlRates).map { $0 - $1 })
    var seen = Set<Int>()
    let shown = zip(edits, after).filter { !$0.0.isControl && seen.insert($0.0.image).inserted }
      .sorted { ($0.1.winner == unit ? 0 : 1, $0.0.image) < ($1.1.winner == unit ? 0 : 1, $1.0.image) }
    let examples = try shown.prefix(Self.exampleCount).map { edit, answer in
      try example(
        others[edit.image], try edit.make(), before[edit.image].winner, answer.winner, isAddition: true)
    }
    return (effect, examples)
  }

  // MARK: Parts

  private mutating func effect(
    _ rates: [Double], _ control: [Double], _ changes: [Double], _ controlChanges: [Double]
  ) -> InterventionEffect {
    let interval = Statistics.interval(rates, &random)
    return InterventionEffect(
      rate: Statistics.mean(rates), control: Statistics.mean(control), low: interval.low, high: interval.high,
      scoreChange: Statistics.mean(changes), controlScoreChange: Statistics.mean(controlChanges),
      count: rates.count)
  }

  /// Another number below a count, by chance.
  private mutating func other(than index: Int, _ count: Int) -> Int {
    guard count > 1 else { return 0 }
    return (index + 1 + random.index(below: count - 1)) % count
  }

  private func example(
    _ image: TestImage, _ edited: Image, _ before: Int, _ after: Int, isAddition: Bool
  ) throws -> TestedCandidate.Example {
    TestedCandidate.Example(
      isAddition: isAddition, path: image.path, before: try ImageLoader.thumbnail(of: image.image),
      after: try ImageLoader.thumbnail(of: edited), saidBefore: before, saidAfter: after)
  }

  /// The image without what a mask says is the object.
  private static func withoutObject(_ image: TestImage) throws -> Image {
    guard let object = image.object else { return image.image }
    return try image.image.fillingWithBlur(object)
  }

  /// The background so blurred that nothing of it can be told but its colors.
  private static func softened(_ image: Image, _ object: Region) throws -> Image {
    let covered = try image.fillingWithBlur(object)
    let longest = max(image.width, image.height)
    let (width, height) = (max(1, image.width * 6 / longest), max(1, image.height * 6 / longest))
    return try covered.resized(width: width, height: height, filter: .bilinear)
      .resized(width: image.width, height: image.height, filter: .bilinear)
  }

  /// One color, the mean of a region.
  private static func flattened(_ image: Image, _ region: Region) -> Image {
    Image(width: image.width, height: image.height, filledWith: image.meanColor(in: region))
  }
}
