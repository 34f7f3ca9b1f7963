import SaliencyCore

/// An input whose numbers pick rows of an embedding: tokens, or bytes.
public struct TokenInput: Sendable, Hashable {
  /// How many tokens there are: the rows of the embedding. Their numbers are 0 and up.
  public let vocabulary: Int
  /// The layer that gives the rows.
  public let layer: String
  /// The input's name.
  public let input: String

  /// Whether the numbers are taken for bytes: there are 256 of them, or 257 with one for what is no byte. Nothing else says it.
  public var areBytes: Bool { 256...257 ~= vocabulary }

  /// Throws where a number is none of a token. Negative ones that count from the end of the rows are.
  ///
  /// - Parameter numbers: items×tokens.
  func require(_ numbers: Tensor) throws(SaliencyError) {
    let values = numbers.values
    guard let index = values.firstIndex(where: { !($0 >= -Float(vocabulary) && $0 < Float(vocabulary)) })
    else { return }
    let length = max(numbers.shape.last ?? 1, 1)
    let item = values.count > length ? "item \(index / length), " : ""
    throw SaliencyError(
      .invalidInput,
      "input '\(input.printable())': \(item)token \(index % length) is \(values[index].text), but embedding '\(layer.printable())' has "
        + "\(vocabulary) rows, for tokens 0 to \(vocabulary - 1)")
  }

  /// Throws where a number is none of a token.
  func require(token: Int, for purpose: String) throws(SaliencyError) {
    guard !(0..<vocabulary ~= token) else { return }
    throw SaliencyError(
      .invalidSetting,
      "\(purpose) is token \(token), but embedding '\(layer.printable())' has \(vocabulary) rows, for tokens 0 to \(vocabulary - 1)"
    )
  }

  /// The number that a method puts in place of a token to hide it; nil where it hides none.
  ///
  /// - Throws: `SaliencyError` where that is no token, or the method moves along numbers of tokens, between which is nothing.
  func hiddenToken(of method: Method, withRespectTo layer: LayerReference?) throws(SaliencyError) -> Int? {
    guard case .sampling(let recipe) = method.recipe else { return nil }
    let movesTokens =
      switch recipe.samplingForm.layerSamples {
      case .none: recipe.sampled != nil
      case .inputs, .inputsWithTargets: layer != .name(self.layer)
      case .activations: false
      }
    if movesTokens {
      throw SaliencyError(
        .invalidSetting,
        "method '\(method.name)' moves the input, and input '\(input.printable())' holds numbers of tokens, between which is nothing; "
          + "take integrated-gradients, or occlusion or lime, which hide tokens")
    }
    guard recipe.samplingForm.layerSamples == .none,
      let baseline = method.options.first(where: { $0.name == "baseline" })?.value
    else {
      return nil
    }
    let number = baseline == "zeros" ? 0 : Float(baseline)
    guard let number, let token = Int(exactly: number) else {
      throw SaliencyError(
        .invalidSetting,
        "method '\(method.name)' hides tokens, whose numbers have no '\(baseline.printable())'; give the number of the token that "
          + "stands for nothing (--hidden-token)")
    }
    try require(token: token, for: "what hides tokens")
    return token
  }

  /// What a byte looks like: the character of a printable one, white space as it is, others as `\xFF`; numbers that are no bytes in brackets.
  static func text(ofByte number: Int) -> String {
    switch number {
    case 0x20...0x7E, 0x09, 0x0A, 0x0D: return String(Unicode.Scalar(UInt8(number)))
    case 0...0xFF:
      let code = String(number, radix: 16, uppercase: true)
      return "\\x" + (code.count < 2 ? "0" : "") + code
    default: return "‹\(number)›"
    }
  }
}

extension Model {
  /// Throws where a number of a tensor that stands for an input is none of a token of the embedding whose rows it picks.
  ///
  /// - Parameter shapes: the shapes of the inputs that are open.
  func requireTokens(_ constants: [String: Tensor], beside shapes: [String: Shape]) throws {
    for input in inputs where input.integerRange != nil && shapes[input.name] == nil {
      guard let tensor = constants[input.name] else { continue }
      let open = shapes.merging([input.name: tensor.shape]) { own, _ in own }
      let network = try? source.network(
        inputShapes: open, constants: constants.filter { open[$0.key] == nil }, tolerance: .unsupported)
      guard let port = network?.inputs.first(where: { $0.name == input.name }),
        let picked = network?.pickedRows(of: port)
      else { continue }
      try SaliencyError.naming(path) {
        try TokenInput(vocabulary: picked.count, layer: picked.layer.name, input: input.name).require(tensor)
      }
    }
  }
}

extension ArrangedModel {
  /// What the explained input's numbers pick, where they are integers that pick rows of an embedding; nil elsewhere.
  ///
  /// - Parameter inputShape: the shape of the input, as the model has it.
  func tokenInput(inputShape: Shape) throws -> TokenInput? {
    guard try model.explainedInput().integerRange != nil else { return nil }
    let network = try network(inputShape: arrangement.arranged(inputShape))
    guard let input = network.inputs.first, let picked = network.pickedRows(of: input) else { return nil }
    return TokenInput(vocabulary: picked.count, layer: picked.layer.name, input: input.name)
  }

  /// Whether a layer gives the rows of an embedding that the explained input picks.
  ///
  /// - Parameter inputShape: the shape of the input, with the items in front.
  func isEmbedding(_ layer: LayerReference, inputShape: Shape) throws -> Bool {
    guard try model.explainedInput().integerRange != nil else { return false }
    let network = try network(inputShape: inputShape)
    return try network.inputs.first.flatMap(network.embeddingLayer)?.node == network.layer(layer).node
  }
}

extension Method {
  /// The same method, hiding tokens by a number: what it puts in place of a token that is not shown.
  ///
  /// - Throws: `SaliencyError` where the method hides no parts of the input: `occlusion`, `lime`, `kernel-shap` and `shapley-sampling` do.
  public func hidingTokens(by token: Int) throws(SaliencyError) -> Method {
    guard case .sampling(let recipe) = recipe, recipe.samplingForm.layerSamples == .none,
      recipe.sampled == nil, isInCatalog,
      options.contains(where: { $0.name == "baseline" })
    else {
      throw SaliencyError(
        .invalidSetting,
        "method '\(name.printable())' hides no tokens; occlusion, lime, kernel-shap and shapley-sampling do")
    }
    return try Method(
      parsing: Self.specification(
        name, options.map { $0.name == "baseline" ? MethodOption("baseline", token) : $0 }))
  }
}
