import Saliency

/// Makes tensors of inputs for a model, and tells what is guessed about images.
struct InputReader {
  let model: Model
  /// How images become tensors, as far as the command line says it; nil where the command has no options for it.
  let settings: PreprocessingSettings?
  let notices: Notices
  /// Where the settings come from.
  var origin = "command line"
  /// Whether images are shown in their own size, and not in the network's.
  var keepsSize = false

  func load(_ input: InputFile) throws -> PreparedInput {
    let contents = try input.contents()
    do {
      let prepared = try model.prepare(
        contents, overrides: settings ?? .init(), origin: origin, keepsSize: keepsSize)
      notices.tell(prepared.preprocessing, of: model, hasOptions: settings != nil)
      return prepared
    } catch {
      throw Failure(error, input: input.title)
    }
  }
}
