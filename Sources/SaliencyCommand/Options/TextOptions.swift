public import ArgumentParser
public import Saliency

extension TokenMeasure: @retroactive ExpressibleByArgument {}

/// How tokens are named, drawn and hidden.
struct TextOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "What the tokens are called, where the input holds numbers of tokens: one a line, or a JSON list of texts, as many as numbers; {name} stands for the input's name. Bytes have their characters without it.",
      valueName: "file"), completion: .file())
  var tokens: String?

  @Option(
    help:
      "What reports and figures have of a token, which has a row of numbers: their sum, or the row's norm (default: sum)."
  )
  var perToken: TokenMeasure?

  @Option(
    help: ArgumentHelp(
      "The number of the token that occlusion, lime, kernel-shap and shapley-sampling put in place of those that they hide, such as that of [MASK] (default: 0).",
      valueName: "number"))
  var hiddenToken: Int?

  /// The file of names for an input.
  func file(for input: InputFile) -> String? { tokens?.replacing("{name}", with: input.name) }

  /// An attribution with the names of its tokens, where a file says them.
  func naming(_ attribution: Attribution, of input: InputFile) throws -> Attribution {
    if perToken != nil { try requireTokens(attribution) }
    guard let file = file(for: input) else { return attribution }
    return try attribution.naming(tokens: TokenNames(contentsOf: file))
  }

  private func requireTokens(_ attribution: Attribution) throws {
    guard !attribution.isForTokens else { return }
    throw Failure(
      "--per-token is about tokens, and the attribution is for "
        + (attribution.provenance.withRespectTo.map { "layer '\($0)'" }
          ?? "input '\(attribution.provenance.input)', whose numbers pick no rows of an embedding"),
      exitCode: Failure.usage)
  }

  /// A method that hides tokens as asked for.
  func hiding(_ method: Saliency.Method) throws -> Saliency.Method {
    try hiddenToken.map { try method.hidingTokens(by: $0) } ?? method
  }

  /// The same for several methods, of which one has to hide tokens.
  func hiding(_ methods: [Saliency.Method]) throws -> [Saliency.Method] {
    guard let hiddenToken else { return methods }
    let hiding = methods.map { try? $0.hidingTokens(by: hiddenToken) }
    guard hiding.contains(where: { $0 != nil }) else { return [try self.hiding(methods[0])] }
    return zip(methods, hiding).map { $1 ?? $0 }
  }
}
