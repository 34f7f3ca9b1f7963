import SaliencyCore

/// The numbers of a detector's candidates in a graph, as units with places.
struct DetectedUnits {
  let head: DetectorHead
  let detector: Detector
  /// Items×numbers×candidates.
  let numbers: Value

  /// Nil where boxes are asked about only of what is a detector for certain, and this is none.
  ///
  /// - Throws: `SaliencyError` where boxes are asked about and no detector is recognized.
  init?(_ network: Network, _ builder: GraphBuilder, _ question: ExplanationGraph.Question) throws {
    let outputs = DetectorOutputs(network, builder)
    let found = try DetectorReading.found(outputs, question.detection)
    guard let found, question.boxes == .always || found.detector.origin != .assumed else {
      guard question.boxes == .always else { return nil }
      throw SaliencyError(
        .unknownTarget,
        "boxes are asked about, and its outputs (\(outputs.text)) are not recognized as a detector's; say which it is with --detector: "
          + Detector.formNames.joined(separator: ", "))
    }
    (head, detector) = (found.reading.head, found.detector)
    let numbers = head.numbers
    guard numbers.shape.count == 3, numbers.shape[0] == network.inputs[0].shape[0] else {
      throw SaliencyError(
        .invalidSetting,
        "the boxes of \(outputs.text) are of \(numbers.shape.first ?? 0) items, and the input has \(network.inputs[0].shape[0])"
      )
    }
    self.numbers = numbers
  }
}
