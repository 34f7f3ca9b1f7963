/// What is told of a token.
public struct TokenReport: Report {
  /// The position in the item.
  public let position: Int
  /// Nil where the network picks others of the input's numbers than there are tokens.
  public let number: Int?
  /// Nil where nothing says what it is called.
  public let text: String?
  /// The sum or the norm of its row of the attribution.
  public let value: Float

  /// What is told of a token.
  public init(_ token: Attribution.Token) {
    (position, number, text, value) = (token.position, token.number, token.text, token.value)
  }
}
