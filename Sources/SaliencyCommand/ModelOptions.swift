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
    if let threads, !(1...1_024 ~= threads) {
      throw ValidationError("--threads has to lie between 1 and 1024")
    }
  }

  func loadLabels() throws -> Labels? { try labels.map { try Labels(contentsOf: $0) } }
}

/// Runs a body on each input and gathers what went wrong.
enum InputLoop {
  /// Throws the failure of an only input as it is; of several inputs it reports each and exits with 1.
  static func run(_ inputs: [InputFile], _ body: (InputFile) async throws -> Void) async throws {
    var failures = 0
    let showsProgress = inputs.count > 1 && StandardError.isTerminal
    for (index, input) in inputs.enumerated() {
      if showsProgress { ProgressBar.draw(done: index, of: inputs.count, name: input.name) }
      do {
        try await body(input)
      } catch {
        let failure = Failure(error, input: input.path)
        guard inputs.count > 1 else { throw failure }
        if showsProgress { ProgressBar.clear() }
        StandardError.print("error: \(failure.message)")
        failures += 1
      }
    }
    if showsProgress { ProgressBar.clear() }
    if failures > 0 { throw Failure("\(failures) of \(inputs.count) inputs failed", exitCode: 1) }
  }
}

/// A line on the terminal that is drawn over again and again.
enum ProgressBar {
  static func draw(done: Int, of total: Int, name: String) {
    let width = 30
    let filled = width * done / max(total, 1)
    let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: width - filled)
    StandardError.write("\r\u{1B}[2K\(bar) \(done)/\(total) \(name.prefix(40))")
  }

  static func clear() {
    StandardError.write("\r\u{1B}[2K")
  }
}
