import ArgumentParser
import NumPyFormat
import Saliency
import SaliencyCore

/// Which of a network's inputs and outputs are meant, where it has several.
struct PortOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("The input that the files are for, where the network has several.", valueName: "name"),
    completion: .inputName)
  var input: String?

  @Option(
    help: ArgumentHelp(
      "A tensor for another input, as NAME=FILE.npy; may be repeated.", valueName: "name=file"))
  var given: [String] = []

  @Option(
    help: ArgumentHelp("The output that is asked, where the network has several.", valueName: "name"),
    completion: .outputName)
  var outputName: String?

  func validate() throws {
    for entry in given where !entry.dropFirst().dropLast().contains("=") {
      throw ValidationError("--given takes NAME=FILE, not '\(entry)'")
    }
  }

  /// Opens the model at `path` and the tensors of the other inputs.
  func open(_ path: String) throws -> Model {
    let model = try Model(contentsOf: path)
    var tensors: [String: Tensor] = [:]
    for entry in given {
      // Names may contain the sign, files seldom do.
      guard let sign = entry.lastIndex(of: "=") else { continue }
      let name = String(entry[..<sign])
      let array = try NumPyArray(contentsOf: String(entry[entry.index(after: sign)...]))
      guard tensors.updateValue(Tensor(shape: array.shape, values: array.values), forKey: name) == nil else {
        throw Failure("--given names input '\(name)' twice", exitCode: Failure.usage)
      }
    }
    return try model.selecting(input: input, given: tensors, output: outputName)
  }
}
