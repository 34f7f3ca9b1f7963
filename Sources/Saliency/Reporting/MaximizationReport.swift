/// What is told of an input that maximizes something: what `maximize --json` prints.
public struct MaximizationReport: WrittenReport {
  /// A regularizer.
  public struct Term: Report {
    /// What it is called.
    public let name: String
    /// What its value is multiplied by.
    public let weight: Float
    /// Its value.
    public let value: Double
  }

  /// The path that the model was opened with.
  public let model: String
  /// The digest of its file.
  public let digest: DigestReport
  /// The shape of the input that was found.
  public let inputShape: [Int]
  /// The layer whose units were maximized, or the names of the losses.
  public let maximized: String
  /// The units with their scores; empty where losses were maximized.
  public let units: [UnitReport]
  /// What is maximized, of the input that was found.
  public let activation: Double
  /// The regularizers.
  public let regularizers: [Term]
  /// What is maximized before each step, of the input as it was moved at random.
  public let activations: [Double]
  /// What was minimized, before each step.
  public let losses: [Double]
  /// Where random numbers start.
  public let seed: UInt64
  /// How images become inputs; nil where the input is none.
  public let preprocessing: PreprocessingReport?
  public var outputs: [OutputReport] = []
  public var timingsMilliseconds: [String: Double] = [:]

  /// What is told of an input that was found.
  ///
  /// - Parameters:
  ///   - result: the input.
  ///   - model: the network.
  ///   - settings: how it was found.
  ///   - preprocessing: how images become inputs; nil where the input is none.
  public init(
    _ result: MaximizedInput, of model: Model, settings: ActivationMaximization,
    preprocessing: Preprocessing?
  ) {
    self.model = model.path
    digest = DigestReport(model)
    inputShape = result.input.shape
    maximized = result.layer
    units = result.units.map { UnitReport($0) }
    (activation, activations, losses) = (result.activation, result.activations, result.losses)
    regularizers = result.terms.map { Term(name: $0.name, weight: $0.weight, value: $0.value) }
    seed = settings.seed
    self.preprocessing = preprocessing.map(PreprocessingReport.init)
  }
}
