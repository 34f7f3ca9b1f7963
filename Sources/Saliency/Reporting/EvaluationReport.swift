/// What is told of an evaluation: what `evaluate --json` prints.
public struct EvaluationReport: Report {
  /// A metric.
  public struct Metric: Report {
    /// The metric's name.
    public let name: String
    /// Which numbers are better: higher, lower or none.
    public let better: String
  }

  /// The means of one method over all inputs.
  public struct Means: Report {
    /// The method as it was asked for.
    public let method: String
    /// The means by the metrics' names.
    public let values: [String: Value]
  }

  /// What was found out about one method's explanation of one item.
  public struct Result: Report {
    /// The input's path.
    public let input: String
    /// The position in its batch.
    public let item: Int
    /// The method as it was asked for.
    public let method: String
    /// The units that were explained.
    public let targets: [UnitReport]
    /// The numbers by the metrics' names.
    public let values: [String: Value]
  }

  /// What a metric gives.
  public struct Value: Report {
    /// The number.
    public let value: Double
    /// Pairs of a share and a number; nil where there is no curve.
    public let curve: [[Double]]?

    init(_ value: MetricValue) {
      self.value = value.value
      curve = value.curve.isEmpty ? nil : value.curve.map { [$0.share, $0.value] }
    }
  }

  /// One method's explanation of one item, as it was evaluated.
  public struct Row: Sendable {
    /// What the input is called, such as its path.
    public let input: String
    /// The position in its batch.
    public let item: Int
    /// The method as it was asked for.
    public let method: String
    /// What was found out.
    public let evaluation: Evaluator.Evaluation

    /// One method's explanation of one item.
    public init(input: String, item: Int, method: String, evaluation: Evaluator.Evaluation) {
      (self.input, self.item, self.method, self.evaluation) = (input, item, method, evaluation)
    }
  }

  /// The path that the model was opened with.
  public let model: String
  /// The digest of its file.
  public let digest: DigestReport
  /// The target as it was asked for.
  public let requestedTarget: String
  /// Where random numbers start.
  public let seed: Int
  /// The metrics.
  public let metrics: [Metric]
  /// The means over all inputs, one a method.
  public let means: [Means]
  /// The numbers of each item and method.
  public let results: [Result]

  /// What is told of an evaluation.
  ///
  /// - Parameters:
  ///   - rows: what was found out.
  ///   - table: the means.
  ///   - model: the network.
  ///   - target: the target as it was asked for.
  ///   - seed: where random numbers start.
  public init(_ rows: [Row], table: EvaluationTable, of model: Model, target: String, seed: Int) {
    func named(_ values: [MetricValue?]) -> [String: Value] {
      Dictionary(
        uniqueKeysWithValues: zip(table.metrics, values).compactMap { metric, value in
          value.map { (metric.name, Value($0)) }
        })
    }
    (self.model, digest) = (model.path, DigestReport(model))
    (requestedTarget, self.seed) = (target, seed)
    metrics = table.metrics.map { Metric(name: $0.name, better: $0.preference.rawValue) }
    means = zip(table.methods, table.means).map { Means(method: $0, values: named($1)) }
    results = rows.map { row in
      Result(
        input: row.input, item: row.item, method: row.method,
        targets: row.evaluation.units.map { UnitReport($0) }, values: named(row.evaluation.values))
    }
  }
}
