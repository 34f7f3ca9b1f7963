import SaliencyCore

extension Model {
  /// What an input of a text network holds where nobody gives it.
  private enum AssumedContents: String {
    case ones = "ones, so that every token counts"
    case zeros = "zeros, one segment"
    case positions = "the positions of the tokens"
  }

  /// What is taken for inputs that are not given: the masks of tokens, their segments and their positions, known by their names. Each is a
  /// sentence for people.
  public var assumptions: [String] {
    guard let explained = try? explainedInput() else { return [] }
    return inputs.compactMap { input in
      guard input.name != explained.name, given[input.name] == nil else { return nil }
      return Self.contents(of: input).map {
        "input '\(input.name.printable())' is not given, and taken to hold \($0.rawValue)"
      }
    }
  }

  /// Whether something is taken for an input where nobody gives it.
  static func isAssumable(_ input: Input) -> Bool { contents(of: input) != nil }

  /// The tensors of inputs that are not given, where something is taken for them.
  ///
  /// - Parameters:
  ///   - explained: the input that is explained.
  ///   - shape: its shape.
  func assumedInputs(beside explained: Input, shape: Shape) -> [String: Tensor] {
    var tensors: [String: Tensor] = [:]
    for input in inputs where input.name != explained.name && given[input.name] == nil {
      guard let contents = Self.contents(of: input) else { continue }
      let dimensions = input.dimensions ?? shape.map(Optional.some)
      let extents = dimensions.enumerated().map { axis, extent in
        extent ?? (shape.indices.contains(axis) ? shape[axis] : 1)
      }
      let count = extents.reduce(1, *)
      let last = max(extents.last ?? 1, 1)
      tensors[input.name] = Tensor(
        shape: extents,
        values: (0..<count).map { index in
          switch contents {
          case .ones: 1
          case .zeros: 0
          case .positions: Float(index % last)
          }
        })
    }
    return tensors
  }

  private static func contents(of input: Input) -> AssumedContents? {
    let name = input.name.lowercased()
    // Of a mask of padding 1 says the opposite.
    let isMask = name.contains("mask") && !name.contains("pad")
    guard input.integerRange != nil else {
      let isOfTokens = name.contains("attention_mask") || name.contains("attn_mask")
      return isMask && isOfTokens && input.dimensions?.count == 2 ? .ones : nil
    }
    if isMask { return .ones }
    if name.contains("token_type") || name.contains("segment") { return .zeros }
    return name.contains("position") ? .positions : nil
  }
}
