import ArgumentParser
import Saliency

/// What is said of a detector.
struct DetectorOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The form of a detector's outputs, where they are not recognized: \(Detector.formNames.joined(separator: ", ")).",
      valueName: "name"), completion: .list(Detector.formNames))
  var detector: String?

  @Option(help: "The score above which a detector's box counts.")
  var score: Float = DetectionSettings().score

  @Option(
    help: "The overlap (IoU) with a better box of the same class above which a detector's box does not count."
  )
  var iou: Float = DetectionSettings().overlap

  func validate() throws { try Usage.check { try settings().requireSense() } }

  func settings() -> DetectionSettings {
    var settings = DetectionSettings()
    (settings.detector, settings.score, settings.overlap) = (detector, score, iou)
    return settings
  }
}
