/// What is told of a network that was written with its explanation: what `export --json` prints.
public struct ExportSummary: Report {
  /// The path of the file that was written.
  public let output: String
  /// The names of the inputs that it takes.
  public let inputs: [String]
  /// The names of the outputs that it gives.
  public let outputs: [String]
  /// Whether it takes batches of any size.
  public let openBatch: Bool
  /// The number of nodes.
  public let nodes: Int
  /// How many nodes there are of each operator.
  public let operators: [String: Int]
  /// The relative L2 error of the attribution; nil where it was not checked.
  public let error: Double?

  /// What is told of a file that was written.
  ///
  /// - Parameters:
  ///   - report: what was written.
  ///   - path: the file.
  ///   - error: the relative L2 error of the attribution; nil where it was not checked.
  public init(_ report: ExportReport, at path: String, error: Double? = nil) {
    output = path
    (inputs, outputs, openBatch) = (report.inputs, report.outputs, report.hasOpenBatch)
    (nodes, operators) = (report.nodeCount, report.operatorCounts)
    self.error = error
  }
}
