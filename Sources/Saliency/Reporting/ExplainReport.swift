/// What is told of an attribution: what `explain --json` prints of one input.
public struct ExplainReport: WrittenReport {
  /// The first unit that was explained.
  public struct Target: Report {
    /// The unit's index.
    public let index: Int
    /// Nil where nothing names it.
    public let name: String?
  }

  /// The path that the model was opened with.
  public let model: String
  /// The digest of its file.
  public let digest: DigestReport
  /// The input's path.
  public let input: String
  /// The shape of the network's input.
  public let inputShape: [Int]
  /// The layer that the attribution is for; nil where it is for the input.
  public let withRespectTo: String?
  /// The layer or output that was explained, or the formula of the losses.
  public let layer: String
  /// Which side of the final activation was explained: score or probability.
  public let explained: String
  /// The final activation, such as "Softmax"; nil where there is none.
  public let finalActivation: String?
  /// Whether the network ends without it, so that it was assumed.
  public let activationAdded: Bool
  /// The axis along which units lie, where that is not plain.
  public let unitAxis: Int?
  /// What the axes of the input stand for.
  public let inputAxes: TensorReport
  /// What the axes of what is explained stand for; nil where losses are.
  public let explainedAxes: TensorReport?
  /// The method's name.
  public let method: String
  /// The values of all options of the method.
  public let methodOptions: [String: String]
  /// The layers that the method looked at, as it was told or as it found them.
  public let methodLayers: [String]
  /// The gradient modifier's name.
  public let gradientModifier: String
  /// The numbers that the network was computed with.
  public let precision: String
  /// The target as it was asked for; nil where losses were explained.
  public let requestedTarget: String?
  /// The first unit of the first item; all of them are in ``targets``.
  public let target: Target?
  /// The score of that unit.
  public let score: Float?
  /// Its probability.
  public let probability: Float?
  /// The units, a list for each item of the batch.
  public let targets: [[UnitReport]]
  /// How the output's boxes were read; nil where no boxes are explained.
  public let detector: DetectorReport?
  /// All boxes that were found, a list for each item of the batch; nil where no boxes are explained.
  public let detections: [[DetectionReport]]?
  /// The losses; empty where units were explained.
  public let losses: [LossReport]
  /// The tokens of each item; nil where the attribution is not for tokens.
  public let tokens: [[TokenReport]]?
  /// What is told of a token: the sum or the norm of its row; nil where there are no tokens.
  public let perToken: String?
  /// The number that the method puts in place of a token to hide it; nil where it hides none.
  public let hiddenToken: Int?
  /// One for each item of the batch; empty where the method promises no sum.
  public let conservation: [ConservationReport]
  /// The layers whose derivative the method replaced.
  public let overriddenNodes: [String]
  /// The activations that kept their derivative.
  public let activationsNotOverridden: [String]
  /// A check for each item of the batch; nil where none was asked for.
  public let checks: [CheckReport]?
  /// How the image became the input; nil where a tensor was given.
  public let preprocessing: PreprocessingReport?
  /// What makes the result again; nil where no command does.
  public let recipe: Recipe?
  public var outputs: [OutputReport] = []
  public var timingsMilliseconds: [String: Double] = [:]

  /// What is told of an attribution.
  ///
  /// - Parameters:
  ///   - attribution: the attribution.
  ///   - input: what the input is called, such as its path.
  ///   - prepared: the input as it was prepared; nil where a tensor was given.
  ///   - target: the target as it was asked for; nil where losses are explained.
  ///   - checks: a check for each item of the batch; nil where none was asked for.
  ///   - tokenMeasure: what is told of a token that has a row of numbers.
  ///   - recipe: what makes the result again.
  public init(
    _ attribution: Attribution, input: String, prepared: PreparedInput? = nil, target: String? = nil,
    checks: [AttributionCheck]? = nil, tokenMeasure: TokenMeasure = .sum, recipe: Recipe? = nil
  ) {
    let provenance = attribution.provenance
    let placement = prepared?.placement
    (model, digest) = (provenance.model.path, DigestReport(provenance.model))
    (self.input, inputShape) = (input, attribution.input.shape)
    (withRespectTo, layer, explained) = (
      provenance.withRespectTo, provenance.layer, provenance.side.rawValue
    )
    (finalActivation, activationAdded) = (provenance.finalActivation, provenance.isActivationAdded)
    unitAxis = provenance.unitAxis
    inputAxes = TensorReport(provenance.resolved.input)
    explainedAxes = provenance.resolved.explained.map(TensorReport.init)
    (method, methodLayers) = (provenance.method, provenance.methodLayers)
    methodOptions = Dictionary(provenance.methodOptions.map { ($0.name, $0.value) }) { first, _ in first }
    (gradientModifier, precision) = (provenance.modifier, provenance.precision.rawValue)
    requestedTarget = target
    let first = attribution.units.first?.first
    self.target = first.map { Target(index: $0.index, name: $0.name) }
    (score, probability) = (first?.score, first?.probability)
    targets = attribution.units.map { $0.map { UnitReport($0, placement: placement) } }
    detector = provenance.detector.map(DetectorReport.init)
    detections = provenance.detector.map { _ in
      attribution.detections.map { $0.map { DetectionReport($0, name: nil, placement: placement) } }
    }
    losses = attribution.losses.map(LossReport.init)
    let tokens =
      attribution.isForTokens
      ? attribution.units.indices.map { attribution.tokens(item: $0, by: tokenMeasure) ?? [] } : nil
    self.tokens = tokens?.map { $0.map(TokenReport.init) }
    perToken = tokens == nil ? nil : tokenMeasure.rawValue
    hiddenToken = provenance.resolved.hiddenToken
    conservation = attribution.units.indices.compactMap { attribution.conservation(item: $0) }
      .map(ConservationReport.init)
    (overriddenNodes, activationsNotOverridden) = (provenance.overriddenLayers, provenance.keptActivations)
    self.checks = checks?.map(CheckReport.init)
    preprocessing = prepared?.preprocessing.map(PreprocessingReport.init)
    self.recipe = recipe
  }
}
