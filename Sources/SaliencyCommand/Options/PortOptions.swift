import ArgumentParser
import Saliency

/// Which of a network's inputs and outputs are meant, where it has several.
struct PortOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The input that the files are for, where the network has several. 'explain' takes several together, as in image,table, or all: the files are for the first, --given has those of the others, and each gets an attribution.",
      valueName: "name"),
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

  @Option(
    help: ArgumentHelp(
      "What the axes of an input, output or layer stand for, a letter for each, as in logits=NQC: N a batch's items, C units or channels, T, H, W, D places, Q queries or boxes, - no role; may be repeated. 'inspect' shows what is found without it.",
      valueName: "name=letters"))
  var layout: [String] = []

  func validate() throws {
    try Usage.check { _ = try layouts() }
    for entry in given where !entry.dropFirst().dropLast().contains("=") {
      throw ValidationError("--given takes NAME=FILE, not '\(entry)'")
    }
  }

  /// The names of inputs and the files for them.
  private var entries: [(name: String, file: String)] {
    given.compactMap { entry in
      // Names may contain the sign, files seldom do.
      entry.lastIndex(of: "=").map { (String(entry[..<$0]), String(entry[entry.index(after: $0)...])) }
    }
  }

  /// The files that are given, by the inputs' names.
  func givenFiles() throws -> [String: Recipe.File] {
    Dictionary(try entries.map { ($0.name, try Recipe.File(contentsOf: $0.file)) }) { first, _ in first }
  }

  /// Opens the model at `path` and the tensors of the other inputs.
  ///
  /// - Parameter together: the inputs that are explained together, whose tensors are not taken for given.
  func openTogether(_ path: String, explaining together: [String]? = nil) throws -> (
    model: Model, together: [String]
  ) {
    let model = try Model(contentsOf: path)
    let names = try together ?? explained(in: model)
    let isOne = names.count <= 1
    var tensors: [String: Tensor] = [:]
    for (name, file) in entries where isOne || !names.contains(name) {
      guard tensors.updateValue(try Tensor(contentsOf: file), forKey: name) == nil else {
        throw Failure("--given names input '\(name)' twice", exitCode: Failure.usage)
      }
    }
    var selected = try model.selecting(input: isOne ? names.first : nil, given: tensors, output: outputName)
    selected.layouts = try layouts()
    return (selected, isOne ? [] : names)
  }

  /// Opens the model at `path` and the tensors of the other inputs, where one input is in question.
  func open(_ path: String) throws -> Model {
    let (model, together) = try openTogether(path)
    guard together.isEmpty else {
      throw Failure(
        "\(together.count) inputs together (\(together.joined(separator: ", "))) are for 'explain'; name one with --input, and give the others with "
          + "--given", exitCode: Failure.usage)
    }
    return model
  }

  /// The inputs that are named, of which several are explained together.
  private func explained(in model: Model) throws -> [String] {
    guard let input else { return [] }
    let names = model.inputs.map(\.name)
    guard !names.contains(input), input == "all" || input.contains(",") else { return [input] }
    guard input == "all" else {
      return try model.explainedInputs(
        input.split(separator: ",", omittingEmptySubsequences: false).map(String.init))
    }
    // Integers cannot be explained together with others, so that a tensor for them is given.
    let given = Set(entries.map(\.name))
    return try model.explainedInputs(["all"]).filter { name in
      !given.contains(name) || model.inputs.contains { $0.name == name && $0.integerRange == nil }
    }
  }

  /// The file of one of several inputs that are explained together.
  func file(ofInput name: String) -> String? { entries.last { $0.name == name }?.file }

  /// What is said of axes, by the name of the tensor.
  func layouts() throws(SaliencyError) -> [String: [AxisRole]] {
    try AxisRole.layouts(parsing: layout)
  }
}
