/// What is said of a detector: its form, and which of its boxes count.
public struct DetectionSettings: Sendable, Hashable, Codable {
  /// The name of the form of its outputs, one of ``Detector/formNames``; where nil it is recognized.
  public var detector: String?
  /// The score above which a box counts.
  public var score: Float = 0.25
  /// The overlap with a better box of the same class above which a box does not count.
  public var overlap: Float = 0.45

  /// What is usual: the form is recognized, and boxes count with a score above 0.25 that overlap by at most 0.45.
  public init() {}

  private enum CodingKeys: String, CodingKey {
    case detector, score, overlap = "iou"
  }

  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    detector = try fields.decodeIfPresent(String.self, forKey: .detector)
    score = try fields.decodeIfPresent(Float.self, forKey: .score) ?? score
    overlap = try fields.decodeIfPresent(Float.self, forKey: .overlap) ?? overlap
    do {
      try requireSense()
    } catch {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "\(error)"))
    }
  }

  /// Throws where a limit is no share or there is no such form.
  ///
  /// - Throws: `SaliencyError` that says which values there are.
  public func requireSense() throws(SaliencyError) {
    for (name, value) in [("score", score), ("iou", overlap)] where !(0...1 ~= value) {
      throw SaliencyError(.invalidSetting, "\(name) has to lie between 0 and 1, not \(value)")
    }
    if let detector, Detector.form(named: detector) == nil {
      throw SaliencyError(
        .invalidSetting,
        "there is no detector '\(detector.printable())'; there are \(Detector.formNames.joined(separator: ", "))"
      )
    }
  }
}
