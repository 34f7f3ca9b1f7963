import Saliency

/// Makes tensors of inputs for a model, and tells what is guessed about pictures.
struct InputReader {
  let model: Model
  /// How pictures become tensors, as far as the command line says it; nil where the command has no options for it.
  let settings: PreprocessingSettings?
  let notices: Notices

  func load(_ input: InputFile) throws -> InputFile.Loaded {
    let loaded = try input.load(for: model) {
      try model.preprocessing(overrides: settings ?? .init(), origin: "command line")
    }
    notices.tell(loaded.preprocessing, of: model, hasOptions: settings != nil)
    return loaded
  }
}
