import SaliencyCore

/// What a token's number is made of, where the attribution has several for it: the row of an embedding.
public enum TokenMeasure: String, Sendable, CaseIterable, Codable {
  /// The sum of the row, which keeps signs and adds up to what the whole attribution does.
  case sum
  /// The length of the row, √Σ a², without a sign.
  case norm
}

extension Attribution {
  /// A token with what was found for it.
  public struct Token: Sendable, Hashable {
    /// Its position in the text, from 0 on.
    public let position: Int
    /// Its number; nil where the network picks others of the input's numbers than there are tokens.
    public let number: Int?
    /// What it is called: what ``Attribution/naming(tokens:)`` gave, or the byte; nil where nothing says it.
    public let text: String?
    /// How much it matters.
    public let value: Float
  }

  /// Whether there is a number for each token, or a row of numbers.
  public var isForTokens: Bool {
    guard let tokens = provenance.resolved.tokens else { return false }
    if provenance.resolved.isForEmbedding { return arrangedValues.shape.count == 3 && tokens.vocabulary > 0 }
    return provenance.withRespectTo == nil && arrangedValues.shape.count == 2
      && arrangedValues.shape == arrangedInput.shape
  }

  /// The tokens of an item with their numbers, where the input's numbers pick rows of an embedding; nil elsewhere.
  ///
  /// - Parameters:
  ///   - item: which input of the batch is meant.
  ///   - measure: what is made of a token's row where the attribution is for the embedding.
  public func tokens(item: Int = 0, by measure: TokenMeasure = .sum) -> [Token]? {
    guard isForTokens, 0..<arrangedValues.shape[0] ~= item, let input = provenance.resolved.tokens else {
      return nil
    }
    let (count, width) = (arrangedValues.shape[1], arrangedValues.shape.dropFirst(2).reduce(1, *))
    let (values, numbers) = (arrangedValues.values, arrangedInput.values)
    let numberCount = arrangedInput.shape.dropFirst().reduce(1, *)
    let names = tokenNames.flatMap { $0.indices.contains(item) ? $0[item] : nil }
    return (0..<count).map { token in
      let start = (item * count + token) * width
      let row = values[start..<start + width]
      let value =
        switch measure {
        case .sum: row.reduce(0.0) { $0 + Double($1) }
        case .norm: row.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
        }
      let number = numberCount == count ? Int(numbers[item * count + token]) : nil
      return Token(
        position: token, number: number,
        text: names.flatMap { $0.indices.contains(token) ? $0[token] : nil }
          ?? (input.areBytes ? number.map(TokenInput.text(ofByte:)) : nil),
        value: Float(value))
    }
  }

  /// The sum of each token's attributions, where the attribution is for tokens; nil elsewhere.
  ///
  /// - Parameter item: which input of the batch is meant.
  public func tokenSums(item: Int = 0) -> [Float]? { tokens(item: item)?.map(\.value) }

  /// The same attribution with names for its tokens, which reports and figures show.
  ///
  /// - Throws: `SaliencyError` where the attribution is not for tokens, or there are more or fewer of them.
  public func naming(tokens names: TokenNames) throws(SaliencyError) -> Attribution {
    func refused(_ reason: String) -> SaliencyError { SaliencyError(.invalidInput, reason, file: names.path) }
    guard isForTokens else {
      throw refused(
        "tokens are named, but the attribution is for \(provenance.withRespectTo.map { "layer '\($0.printable())'" } ?? "input '\(provenance.input.printable())'"), whose numbers pick no rows of an embedding"
      )
    }
    let (items, count) = (arrangedValues.shape[0], arrangedValues.shape[1])
    guard names.items.count == items else {
      throw refused(
        "it names the tokens of \(names.items.count) text\(names.items.count == 1 ? "" : "s"), but the input has \(items) items; "
          + "give a JSON list with a list for each")
    }
    if let item = names.items.firstIndex(where: { $0.count != count }) {
      throw refused(
        "it names \(names.items[item].count) tokens" + (items > 1 ? " of item \(item)" : "")
          + ", but the input has \(count); give one name for each, padding included")
    }
    var named = self
    named.tokenNames = names.items
    return named
  }
}
