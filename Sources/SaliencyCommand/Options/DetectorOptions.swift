import ArgumentParser
import Saliency

/// What is said of a detector.
struct DetectorOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The form of a detector's outputs, where they are not recognized: \(Detector.formNames.joined(separator: ", ")).",
      valueName: "name"), completion: .list(Detector.formNames))
  var detector: String?

  @Option(
    help: ArgumentHelp(
      "The score above which a detector's box counts (default: \(DetectionSettings().score)).",
      valueName: "score"))
  var score: Float?

  @Option(
    help: ArgumentHelp(
      "The overlap (IoU) with a better box of the same class above which a detector's box does not count (default: \(DetectionSettings().overlap)).",
      valueName: "iou"))
  var iou: Float?

  func validate() throws { try Usage.check { try settings().requireSense() } }

  func settings() -> DetectionSettings {
    var settings = DetectionSettings()
    settings.detector = detector
    if let score { settings.score = score }
    if let iou { settings.overlap = iou }
    return settings
  }

  /// The options that were given, of which nothing depends where no boxes are asked about.
  private var given: [String] {
    [detector.map { _ in "--detector" }, score.map { _ in "--score" }, iou.map { _ in "--iou" }].compactMap(
      \.self)
  }

  /// Throws where options were given and no boxes are asked about.
  func requireBoxes(_ detector: Detector?, advice: String) throws {
    guard detector == nil, !given.isEmpty else { return }
    throw Failure(
      "\(given.joined(separator: ", ")) \(given.count == 1 ? "is" : "are") about a detector's boxes, \(advice)",
      exitCode: Failure.usage)
  }
}
