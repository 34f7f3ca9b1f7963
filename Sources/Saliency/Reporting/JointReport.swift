/// What is told of several inputs that were explained together.
public struct JointReport: WrittenReport {
  /// The path of the first input.
  public let input: String
  /// A report for each input.
  public let explanations: [ExplainReport]
  /// For each item the sums of the inputs' attributions.
  public let sums: [[Double]]
  /// A check for each item of the batch, of all inputs together; nil where none was asked for.
  public let checks: [CheckReport]?
  /// What makes the result again; nil where no command does.
  public let recipe: Recipe?
  public var outputs: [OutputReport] = []
  public var timingsMilliseconds: [String: Double] = [:]

  /// What is told of several inputs.
  ///
  /// - Parameters:
  ///   - joint: their attributions.
  ///   - explanations: a report for each of them.
  ///   - input: what the first input is called, such as its path.
  ///   - checks: a check for each item of the batch, of all inputs together; nil where none was asked for.
  ///   - recipe: what makes the result again.
  public init(
    _ joint: JointAttribution, explanations: [ExplainReport], input: String,
    checks: [AttributionCheck]? = nil, recipe: Recipe? = nil
  ) {
    (self.input, self.explanations, self.recipe) = (input, explanations, recipe)
    sums = (joint.attributions.first?.units ?? []).indices.map { joint.sums(item: $0) }
    self.checks = checks?.map(CheckReport.init)
  }
}
