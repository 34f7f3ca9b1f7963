import ArgumentParser
import Saliency

/// What all commands that run a model take.
struct ModelOptions: ParsableArguments {
  @OptionGroup private var network: ModelArgument
  var model: String { network.model }

  @Argument(
    help:
      "The inputs: images (.png .jpg .webp) or tensors (.npy), folders of them, or - for one on standard input.",
    completion: .file(extensions: ["png", "jpg", "jpeg", "webp", "npy"]))
  var inputs: [String]

  @OptionGroup private var names: LabelOptions

  @OptionGroup private var machine: MachineOptions
  @OptionGroup private var precision: PrecisionOptions

  @OptionGroup var ports: PortOptions

  func validate() throws {
    guard !inputs.contains("") else { throw ValidationError("the inputs have to have names") }
  }

  /// The inputs, and those that lie in the folders among them.
  func foundInputs() throws -> Inputs { try Inputs(inputs) }

  /// The files that are read, which must not be written over.
  func sources(_ inputs: Inputs) -> [String] { inputs.paths + [model] + (names.labels.map { [$0] } ?? []) }

  /// - Parameter recorded: the precision of a recipe, which holds where the command has none of its own.
  func executor(_ recorded: Precision? = nil) throws -> Executor {
    try machine.executor(precision.precision == .fp32 ? recorded ?? .fp32 : precision.precision)
  }

  /// The model, with the input and output that are in question.
  func openModel() throws -> Model { try ports.open(model) }

  /// The model, and the inputs that are explained together where there are several.
  ///
  /// - Parameter recorded: the inputs of a recipe.
  func openTogether(_ recorded: [String]?) throws -> (model: Model, together: [String]) {
    try ports.openTogether(model, explaining: recorded)
  }

  func loadLabels() throws -> Labels? { try names.load() }
}
