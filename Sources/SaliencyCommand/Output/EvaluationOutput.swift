import ArgumentParser
import Saliency

/// Where the results of an evaluation go.
struct EvaluationOutputOptions: ParsableArguments {
  @Option(
    name: .shortAndLong, parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      "Where results go beside the table on the terminal; repeatable. The ending decides: .csv (a line an input and method), .json (everything, with curves), .png .jpg .webp .svg .pdf (charts).",
      valueName: "file"))
  var output: [String] = []

  @Flag(help: "Print one JSON object on standard output instead of the table.")
  var json = false

  @OptionGroup private var verbosity: QuietOptions
  var isQuiet: Bool { verbosity.quiet }

  func validate() throws {
    try Usage.check { _ = try outputs() }
    guard !isQuiet || json || !output.isEmpty else {
      throw ValidationError("--quiet prints no table; give --output FILE, or --json")
    }
  }

  func outputs() throws -> [EvaluationOutput] { try output.map { try EvaluationOutput(parsing: $0) } }
}

/// A file with the results of an evaluation.
struct EvaluationOutput {
  enum Form {
    case csv
    case json
    case image(FigureFormat)
  }

  let path: String
  let form: Form

  init(parsing text: String) throws(Failure) {
    path = text
    let ending = text.split(separator: ".", omittingEmptySubsequences: false).last?.lowercased() ?? ""
    switch ending {
    case "csv": form = .csv
    case "json": form = .json
    default:
      guard text.contains("."), let format = FigureFormat(pathExtension: ending) else {
        throw Failure(
          "the output '\(text)' has to end in .csv, .json, .png, .jpg, .webp, .svg or .pdf",
          exitCode: Failure.usage)
      }
      form = .image(format)
    }
  }

  func write(_ bytes: [UInt8]) throws(Failure) {
    try Failure.reporting(try OutputFile(path).write(bytes))
  }
}
