/// What is told of what a network says of an input: what `predict --json` prints.
public struct PredictReport: Report {
  /// The path that the model was opened with.
  public let model: String
  /// The digest of its file.
  public let digest: DigestReport
  /// The input's path.
  public let input: String
  /// The best units, a list for each item of the batch; nil of a detector.
  public let predictions: [[UnitReport]]?
  /// The share of the pixels where each class wins, a list for each item of the batch; nil where the output is no map of classes.
  public let shares: [[ShareReport]]?
  /// What stands between scores and probabilities, such as "Softmax"; nil where there are no probabilities, and of a detector.
  public let finalActivation: String?
  /// Whether the network ends without it, so that it was assumed.
  public let activationAdded: Bool
  /// How the output's boxes were read; nil where the network is no detector.
  public let detector: DetectorReport?
  /// A list of boxes for each item of the batch; nil where the network is no detector.
  public let detections: [[DetectionReport]]?
  /// How the image became the input; nil where a tensor was given.
  public let preprocessing: PreprocessingReport?
  /// The bytes of the weights as they are packed to be run.
  public let packedByteCount: Int
  /// The milliseconds of each stage of the work, by its name.
  public var timingsMilliseconds: [String: Double] = [:]

  /// What is told of the best units.
  ///
  /// - Parameters:
  ///   - predictions: what the network says of each item of the batch.
  ///   - predictor: what said it.
  ///   - model: the network.
  ///   - input: what the input is called, such as its path.
  ///   - prepared: the input as it was prepared; nil where a tensor was given.
  public init(
    _ predictions: [Predictor.Prediction], by predictor: Predictor, of model: Model, input: String,
    prepared: PreparedInput? = nil
  ) {
    self.predictions = predictions.map { $0.units.map { UnitReport($0) } }
    let shares = predictions.compactMap { $0.shares?.map(ShareReport.init) }
    self.shares = shares.isEmpty || shares.count < predictions.count ? nil : shares
    finalActivation = predictions.first?.finalActivation
    activationAdded = predictions.first?.isActivationAdded ?? false
    (detector, detections) = (nil, nil)
    (self.model, digest, self.input) = (model.path, DigestReport(model), input)
    preprocessing = prepared?.preprocessing.map(PreprocessingReport.init)
    packedByteCount = predictor.packedByteCount
  }

  /// What is told of a detector's boxes.
  ///
  /// - Parameters:
  ///   - detections: the boxes of each item of the batch, in pixels of the network's input.
  ///   - predictor: what found them.
  ///   - model: the network.
  ///   - input: what the input is called, such as its path.
  ///   - prepared: the input as it was prepared; nil where a tensor was given.
  ///   - labels: the names of the classes.
  public init(
    _ detections: [[Detection]], by predictor: Predictor, of model: Model, input: String,
    prepared: PreparedInput? = nil, labels: Labels? = nil
  ) {
    let placement = prepared?.placement
    self.detections = detections.map { detections in
      detections.map {
        DetectionReport($0, name: predictor.className(of: $0, labels: labels), placement: placement)
      }
    }
    detector = predictor.detector.map(DetectorReport.init)
    (predictions, shares, finalActivation, activationAdded) = (nil, nil, nil, false)
    (self.model, digest, self.input) = (model.path, DigestReport(model), input)
    preprocessing = prepared?.preprocessing.map(PreprocessingReport.init)
    packedByteCount = predictor.packedByteCount
  }
}

/// What is told of a class's share of an image.
public struct ShareReport: Report {
  /// The class's index.
  public let index: Int
  /// Nil where nothing names it.
  public let name: String?
  /// The pixels of the output where the class wins.
  public let count: Int
  /// The same as a share of all, from 0 to 1.
  public let share: Double

  /// What is told of a share.
  public init(_ share: ClassShare) {
    (index, name, count, self.share) = (share.index, share.name, share.count, share.share)
  }
}
