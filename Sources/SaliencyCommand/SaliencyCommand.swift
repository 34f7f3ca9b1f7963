import ArgumentParser
import Saliency

@main
struct SaliencyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "saliency",
    abstract: "Shows what a trained neural network looks at.",
    discussion: """
      Takes a network (ONNX or Keras), an input (an image or a tensor) and a question (a class, a filter, losses), and draws which \
      parts of the input the answer depends on.

      Results go to standard output, everything else to standard error. Exit codes: 0 success, 1 some inputs failed, \
      64 usage, 65 bad data, 66 missing input, 69 unsupported operator, 71 not enough memory, 73 cannot write.
      """,
    version: PackageVersion.current,
    subcommands: [
      ExplainCommand.self, FiltersCommand.self, PredictCommand.self, InspectCommand.self, MethodsCommand.self,
      ExportCommand.self, MaximizeCommand.self, EvaluateCommand.self, MetricsCommand.self, AuditCommand.self,
      BenchCommand.self,
    ])

  static func main() async {
    StandardStream.prepare()
    do throws(Failure) {
      try await parseAndRun()
    } catch {
      StandardError.print("error: \(error.message.printable(limit: .max))")
      exit(withError: ExitCode(error.exitCode))
    }
  }

  private static func parseAndRun() async throws(Failure) {
    try Usage.checkCommand(Array(CommandLine.arguments.dropFirst()))
    do {
      var command = try parseAsRoot()
      if var command = command as? any AsyncParsableCommand {
        try await command.run()
      } else {
        try command.run()
      }
    } catch let failure as Failure {
      throw failure
    } catch {
      // Help, the version and completion scripts are thrown as well.
      guard exitCode(for: error) == .success else { throw Usage.failure(error) }
      try StandardOutput.print(fullMessage(for: error))
    }
  }
}
