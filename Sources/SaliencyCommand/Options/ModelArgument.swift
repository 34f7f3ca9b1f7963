import ArgumentParser

/// The network that a command is about.
struct ModelArgument: ParsableArguments {
  @Argument(
    help: "The network: an ONNX file, or a Keras model (.keras, .h5, .hdf5).",
    completion: .file(extensions: ["onnx", "keras", "h5", "hdf5"]))
  var model: String

  func validate() throws {
    guard !model.isEmpty else { throw ValidationError("the model has to have a name") }
  }
}
