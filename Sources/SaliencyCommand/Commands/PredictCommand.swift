import ArgumentParser
import Saliency

struct PredictCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "predict",
    abstract: "Prints the best classes of each input, or the boxes that a detector finds in it.",
    discussion: """
      Of a segmentation, whose output has scores of classes at each pixel, it prints the share of the pixels where each class wins.
      """)

  @OptionGroup var common: ModelOptions

  @Option(
    help: ArgumentHelp(
      "How many classes are printed (default: \(Self.defaultCount)), or how many of a detector's boxes (default: all).",
      valueName: "count"))
  var top: Int?

  private static let defaultCount = 5

  @OptionGroup var probabilities: ProbabilityOptions

  @OptionGroup var detection: DetectorOptions

  @OptionGroup(title: "Preparing images") var preparation: PreprocessingOptions

  @Flag(help: "Print one JSON object on standard output.")
  var json = false

  func validate() throws {
    guard top ?? 1 >= 1 else { throw ValidationError("--top has to be at least 1") }
  }

  func run() async throws {
    do {
      try await predict()
    } catch {
      throw Failure(error, model: common.model)
    }
  }

  private func predict() async throws {
    let labels = try common.loadLabels()
    var opening = Stopwatch()
    let model = try opening.measure("open") { try common.openModel() }
    let notices = Notices(isQuiet: false)
    notices.tellAssumptions(of: model)
    let reader = InputReader(model: model, settings: try preparation.settings(), notices: notices)
    let executor = try common.executor()
    var known: (shape: Shape, predictor: Predictor)?
    let inputs = try common.foundInputs()
    let openingStages = opening
    let loop = try await InputLoop(inputs, model: common.model) { input, _ in
      var watch = openingStages
      let loaded = try watch.measure("prepare") { try reader.load(input) }
      let shape = loaded.tensor.shape
      let predictor = try await watch.measure("compile") {
        if let known, known.shape == shape { return known.predictor }
        known = nil
        return try await Predictor(
          model, inputShape: shape, addsSoftmax: probabilities.softmax, detection: detection.settings(),
          executor: executor)
      }
      known = (shape, predictor)
      try predictor.check(labels)
      try detection.requireBoxes(
        predictor.detector,
        advice: "and the network is not recognized as a detector; --detector says which it is")
      var report: PredictReport
      let tables: [String]
      if let detector = predictor.detector {
        notices.tell("note: \(model.path): detector \(DetectorReport(detector).text)")
        let found = try await watch.measure("run") {
          try await predictor.detections(for: loaded.tensor).map { Array($0.prefix(top ?? .max)) }
        }
        report = PredictReport(
          found, by: predictor, of: model, input: input.path, prepared: loaded, labels: labels)
        tables = report.detections!.map { Table.text(of: $0, detector.settingsText) }
      } else {
        let found = try await watch.measure("run") {
          try await predictor.predictions(of: loaded.tensor, count: top ?? Self.defaultCount, labels: labels)
        }
        report = PredictReport(found, by: predictor, of: model, input: input.path, prepared: loaded)
        if report.activationAdded, probabilities.softmax == nil { notices.tellAssumedSoftmax(of: model) }
        tables = zip(report.predictions!, found).map { units, item in
          item.shares.map {
            Table.text(
              of: $0.map(ShareReport.init), units, limit: top ?? Self.defaultCount,
              place: predictor.placeExtents.count > 2 ? "voxel" : "pixel")
          }
            ?? Table.text(of: units)
        }
      }
      if !json {
        for (item, table) in tables.enumerated() {
          if inputs.areSeveral || tables.count > 1 {
            try StandardOutput.print(input.title + (tables.count > 1 ? ", item \(item)" : ""))
          }
          try StandardOutput.print(table)
        }
      }
      report.timingsMilliseconds = watch.byName
      return report
    }
    if json { try loop.printJSON() }
    try loop.requireSuccess()
  }
}

/// The best classes in columns.
enum Table {
  static func text(of units: [UnitReport]) -> String {
    rows(
      units.map { unit in
        [
          "\(unit.index)", unit.name ?? "", "score \(unit.score.text)",
          unit.probability.map { "probability \($0.text)" } ?? "", unit.place ?? "",
        ]
      })
  }

  /// The boxes by falling score.
  ///
  /// - Parameter settings: which boxes count, for where there are none.
  static func text(of detections: [DetectionReport], _ settings: String) -> String {
    guard !detections.isEmpty else { return "no box \(settings)" }
    return rows(
      detections.map {
        ["box:\($0.number)", "\($0.classIndex)", $0.name ?? "", "score \($0.score.text)", $0.corners]
      })
  }

  /// The classes that have the largest shares of an image, with their scores where they win.
  ///
  /// - Parameter place: what one of the places is called where classes win.
  static func text(of shares: [ShareReport], _ units: [UnitReport], limit: Int, place: String) -> String {
    guard !shares.isEmpty else { return "no \(place) where a class wins: no score is above 0" }
    let all = shares.reduce(0) { $0 + $1.count }
    let rest = shares.dropFirst(limit).reduce(0) { $0 + $1.share }
    let lines = rows(
      shares.prefix(limit).map { share in
        let unit = units.first { $0.index == share.index }
        let percent = Float((share.share * 1000).rounded() / 10)
        return [
          "\(share.index)", share.name ?? "", percent == 0 ? "below 0.1 %" : "\(percent.text) %",
          "\(share.count) \(place)" + (share.count == 1 ? "" : "s"),
          unit.map { "score \($0.score.text)" } ?? "",
          unit?.probability.map { "probability \($0.text)" } ?? "",
        ]
      })
    guard shares.count > limit else { return lines }
    let percent = Float((rest * 1000).rounded() / 10)
    return lines + "\nand \(shares.count - limit) more, \(percent.text) % of \(all) \(place)s together"
  }

  /// Rows with columns as wide as their longest cell.
  static func rows(_ rows: [[String]]) -> String {
    let widths = (rows.first ?? []).indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      let line = row.indices.map { row[$0] + String(repeating: " ", count: widths[$0] - row[$0].count) }
        .joined(separator: "  ")
      return String(line.reversed().drop { $0 == " " }.reversed())
    }.joined(separator: "\n")
  }
}
