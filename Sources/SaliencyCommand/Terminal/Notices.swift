import Saliency

/// What is told once on standard error, of however many inputs it holds.
final class Notices {
  private let isQuiet: Bool
  private var told: Set<String> = []

  /// - Parameter isQuiet: whether notes, which are no warnings, are left out.
  init(isQuiet: Bool) { self.isQuiet = isQuiet }

  /// Prints a line that begins with what it is, `note` or `warning`, unless it has been printed.
  func tell(_ message: String) {
    guard !isQuiet || !message.hasPrefix("note:") else { return }
    if told.insert(message).inserted { StandardError.print(message) }
  }

  /// Tells what is taken for inputs of a model that nobody gives.
  func tellAssumptions(of model: Model) {
    for assumption in model.assumptions { tell("note: \(model.path): \(assumption); give it with --given") }
  }

  /// Tells that probabilities are those of a softmax that the network does not have.
  func tellAssumedSoftmax(of model: Model) {
    tell(
      "note: \(model.path): the network ends without a softmax, which is assumed for the probabilities; --softmax or --no-softmax says it"
    )
  }

  /// Tells what is assumed of tokens.
  func tell(_ provenance: Attribution.Provenance, of model: Model, _ text: TextOptions?) {
    guard let tokens = provenance.resolved.tokens else { return }
    if tokens.areBytes, text?.tokens == nil {
      tell(
        "note: \(model.path): the numbers of input '\(tokens.input.printable())' are taken for bytes, as there are \(tokens.vocabulary); "
          + "--tokens says what else they are")
    }
    let isDefault = provenance.methodOptions.contains { $0.name == "baseline" && $0.value == "zeros" }
    if provenance.resolved.hiddenToken != nil, isDefault {
      tell(
        "note: \(model.path): method '\(provenance.method)' hides tokens by number 0; --hidden-token says another, such as that of [MASK]"
      )
    }
  }

  /// Tells what `--layer` means beside methods whose map is taken at a layer, where other tools mean that layer by it.
  ///
  /// - Parameter methods: as they are typed.
  func tell(layer: String?, methods: [String]) {
    guard let layer else { return }
    for method in methods {
      let typed = CatalogSpecification(method, in: Saliency.Method.catalog)
      let entry = Saliency.Method.catalog.first { $0.name == typed.name }
      guard entry?.takesMapLayer == true, !typed.sets("layer") else { continue }
      tell(
        "note: --layer '\(layer)' asks about a filter of that layer; for a class, with the map taken at that layer, write "
          + "--method \(typed.text):layer=\(layer)")
    }
  }

  /// Tells where images are prepared by a guess.
  ///
  /// - Parameter hasOptions: whether the command has options that say it.
  func tell(_ preprocessing: Preprocessing?, of model: Model, hasOptions: Bool = true) {
    guard preprocessing?.isGuessed == true else { return }
    tell(
      "warning: \(model.path): nothing says how images become its input, so they are scaled as is usual; give "
        + (hasOptions ? "--mean, --std and --scale, or " : "") + "a file \(model.path).saliency.json")
  }
}
