/// What is told of several inputs, or of a folder.
public struct ReportList<Item: Report>: Report {
  /// A report for each input that went well.
  public let results: [Item]
  /// The inputs that failed.
  public let failures: [FailedInputReport]

  /// What is told of several inputs.
  public init(results: [Item], failures: [FailedInputReport]) {
    (self.results, self.failures) = (results, failures)
  }
}

/// What is told of an input that failed.
public struct FailedInputReport: Report {
  /// The input's path.
  public let input: String
  /// Why it failed, in one line.
  public let error: String

  /// An input that failed.
  public init(input: String, error: String) { (self.input, self.error) = (input, error) }
}
