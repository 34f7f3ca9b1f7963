/// What is told of a loss.
public struct LossReport: Report {
  /// The loss's name.
  public let name: String
  /// The factor that it had in the sum.
  public let weight: Float
  /// A number for each item of the batch, or one.
  public let values: [Float]

  /// What is told of a loss that was explained.
  public init(_ loss: Attribution.LossValue) {
    (name, weight, values) = (loss.name, loss.weight, loss.values)
  }
}
