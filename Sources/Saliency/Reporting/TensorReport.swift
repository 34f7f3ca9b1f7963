/// What is told of a tensor and its axes.
public struct TensorReport: Report {
  /// The name of the input, output or layer.
  public let name: String
  /// The extents.
  public let shape: [Int]
  /// A letter for each axis, such as "NCHW".
  public let layout: String
  /// How each of them is known: said, file, proved or assumed.
  public let origins: [String]

  /// What is told of a tensor of a question.
  public init(_ tensor: ResolvedQuestion.ResolvedTensor) {
    (name, shape, layout) = (tensor.name, tensor.shape, tensor.roles.letters)
    origins = tensor.roles.axes.map(\.origin.rawValue)
  }
}
