import ArgumentParser
import Saliency
import SaliencyCore

/// What all commands that run a model take.
struct ModelOptions: ParsableArguments {
  @Argument(help: "The network: an ONNX file.", completion: .file(extensions: ["onnx"]))
  var model: String

  @Argument(
    help: "The inputs: pictures (.png .jpg .webp) or tensors (.npy).",
    completion: .file(extensions: ["png", "jpg", "jpeg", "webp", "npy"]))
  var inputs: [String]

  @Option(
    help: "Names of the classes: one a line, a JSON list, or a JSON object {index: name}.",
    completion: .file())
  var labels: String?

  @Option(help: "Number of threads (default: one a core).")
  var threads: Int?

  func validate() throws {
    guard !model.isEmpty, !inputs.contains("") else {
      throw ValidationError("the model and the inputs have to have names")
    }
    if let threads, !(1...1_024 ~= threads) {
      throw ValidationError("--threads has to lie between 1 and 1024")
    }
  }

  func loadLabels() throws -> Labels? { try labels.map { try Labels(contentsOf: $0) } }
}
