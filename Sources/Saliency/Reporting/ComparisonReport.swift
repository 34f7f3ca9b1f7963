/// What is told of an input that was explained by several methods, or for several targets or filters.
public struct ComparisonReport: WrittenReport {
  /// A list for each method, of one report for each target.
  public let explanations: [[ExplainReport]]
  /// The input's path.
  public let input: String
  /// What makes the result again; nil where no command does.
  public let recipe: Recipe?
  public var outputs: [OutputReport] = []
  public var timingsMilliseconds: [String: Double] = [:]

  /// What is told of a comparison.
  ///
  /// - Parameters:
  ///   - explanations: a list for each method, of one report for each target.
  ///   - input: what the input is called, such as its path.
  ///   - recipe: what makes the result again.
  public init(_ explanations: [[ExplainReport]], input: String, recipe: Recipe? = nil) {
    (self.explanations, self.input, self.recipe) = (explanations, input, recipe)
  }
}
