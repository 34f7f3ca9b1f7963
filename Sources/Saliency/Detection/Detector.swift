import FileAccess
public import SaliencyCore

/// A network that gives boxes, and how its outputs were read.
public struct Detector: Sendable, Hashable {
  /// The name of the form of its outputs, one of ``formNames``.
  public let form: String
  /// What it is called in reports, such as "1×(4+K)×A with sigmoids: YOLOv8, v9, 11 and 12".
  public let summary: String
  /// How the form is known.
  public let origin: RoleOrigin
  /// What has to be known of how boxes are read; nil where there is nothing.
  public let remark: String?
  let channels: DetectorChannels
  /// The height and width of the network's input.
  let inputSize: [Int]
  let settings: DetectionSettings

  /// The number of classes; nil where the network gives the number of a box's class and does not show how many there are.
  public var classCount: Int? { channels.nameCount }

  /// The forms that are known, in the order in which they are tried.
  static let forms: [any DetectorForm] = [
    SuppressedForm(), EndToEndForm(), DETRForm(), RTDETRForm(), SSDForm(), YOLOXForm(), YOLOv5Form(),
    YOLOv8Form(),
  ]

  /// The names of the forms that are known.
  public static let formNames = forms.map(\.name)

  /// The names of the forms, each with what it is.
  public static let formSummaries: [(name: String, summary: String)] = forms.map { ($0.name, $0.summary) }

  static func form(named name: String) -> (any DetectorForm)? {
    let wanted = LooseName(name)
    return forms.first { form in ([form.name] + form.aliases).contains { LooseName($0) == wanted } }
  }

  /// The boxes that count of one item, by falling score, in pixels of the network's input.
  func detections(in values: ExplainedValues) -> [Detection] {
    channels.detections(in: values, settings, size: inputSize)
  }

  /// Which boxes count: "with a score above 0.25 and an overlap of at most 0.45".
  public var settingsText: String {
    "with a score above \(settings.score.text)"
      + (channels.isSuppressed ? " and an overlap of at most \(settings.overlap.text)" : "")
  }
}

/// A form that the outputs of detectors have.
protocol DetectorForm: Sendable {
  /// What people call it.
  var name: String { get }
  /// Other names that are in use.
  var aliases: [String] { get }
  /// What the outputs are, in a few words.
  var summary: String { get }
  /// How outputs are read in this form; nil where they do not have it.
  ///
  /// - Parameter isSaid: whether somebody says that they have it, so that nothing has to show it.
  func reading(of outputs: DetectorOutputs, isSaid: Bool) throws -> DetectorReading?
}

extension DetectorForm {
  var aliases: [String] { [] }
}

/// A detector's outputs as they are read in a form, and how it is known that they have it.
struct DetectorReading {
  let head: DetectorHead
  let origin: RoleOrigin

  init(_ head: DetectorHead, _ origin: RoleOrigin) { (self.head, self.origin) = (head, origin) }
}

extension DetectorReading {
  /// The outputs of a network as a detector's.
  ///
  /// - Returns: nil where no form is said, and none fits.
  /// - Throws: `SaliencyError` where the form that is said does not fit.
  static func found(
    _ outputs: DetectorOutputs, _ settings: DetectionSettings
  ) throws -> (reading: DetectorReading, detector: Detector)? {
    func result(_ reading: DetectorReading, _ form: any DetectorForm, _ origin: RoleOrigin) -> (
      DetectorReading, Detector
    ) {
      (
        reading,
        Detector(
          form: form.name, summary: form.summary, origin: origin, remark: reading.head.remark,
          channels: reading.head.channels, inputSize: outputs.size, settings: settings)
      )
    }
    if let name = settings.detector {
      guard let form = Detector.form(named: name) else {
        try settings.requireSense()
        return nil
      }
      guard let reading = try form.reading(of: outputs, isSaid: true) else {
        throw SaliencyError(
          .invalidSetting,
          "the outputs (\(outputs.text)) do not have the form of detector '\(form.name)': \(form.summary)")
      }
      return result(reading, form, .said)
    }
    guard outputs.isOfImages else { return nil }
    var assumed: (DetectorReading, Detector)?
    for form in Detector.forms {
      guard let reading = try form.reading(of: outputs, isSaid: false) else { continue }
      if reading.origin != .assumed { return result(reading, form, reading.origin) }
      assumed = assumed ?? result(reading, form, .assumed)
    }
    return assumed
  }
}
