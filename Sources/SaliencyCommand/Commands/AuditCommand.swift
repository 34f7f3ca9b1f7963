import ArgumentParser
import Saliency
import SaliencyAudit

struct AuditCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "audit",
    abstract: "Asks what a network looks at in a whole data set.",
    discussion: """
      'saliency audit MODEL DATA -o FOLDER' asks about every image, and writes a page and a database into the folder. It may be ended \
      at any time; the same command goes on from there. 'saliency audit report FOLDER' makes the page anew.
      """,
    subcommands: [AuditRunCommand.self, AuditReportCommand.self], defaultSubcommand: AuditRunCommand.self)
}

struct AuditRunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Asks about every image of a data set. This is what 'audit' does by itself."
  )

  @OptionGroup private var network: ModelArgument

  @Argument(
    help:
      "The images: a folder with a folder a class, a folder of images, or a table (.csv, .tsv, .jsonl) with the columns path, label and mask.",
    completion: .file())
  var data: String

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "The folder for the page, the findings and the database; it is made where it is missing.",
      valueName: "folder"),
    completion: .directory)
  var output: String

  @OptionGroup private var names: LabelOptions

  @Option(
    help: ArgumentHelp(
      "Masks of what the images show, white or not 0 inside: that of bird/one.jpg is bird/one.png or bird/one-mask.png in this folder.",
      valueName: "folder"),
    completion: .directory)
  var masks: String?

  @Option(help: ArgumentHelp("Ask about so many images of each class, chosen by chance.", valueName: "count"))
  var perClass: Int?

  @Option(
    help: ArgumentHelp(
      "Ask about one part of the images, such as 2/8 for the second of eight.", valueName: "part"))
  var shard: String?

  @Option(
    help:
      "Where random numbers start: those that choose images, and those of the method unless it says so itself."
  )
  var seed: Int = 0

  @Flag(
    help:
      "Leave out testing what the network looks at by changing it, which runs the network again and again.")
  var skipTests = false

  @OptionGroup(title: "Question") private var question: MethodOptions
  @OptionGroup(title: "Question") private var probabilities: ProbabilityOptions
  @OptionGroup(title: "Preparing images") private var preparation: PreprocessingOptions
  @OptionGroup(title: "Machine") private var machine: MachineOptions
  @OptionGroup(title: "Machine") private var precision: PrecisionOptions

  @Flag(help: "Print the findings as one JSON object on standard output.")
  var json = false

  @OptionGroup private var quietOptions: QuietOptions

  func validate() throws {
    guard !data.isEmpty, !output.isEmpty else { throw ValidationError("the folders have to have names") }
    guard perClass ?? 1 >= 1 else { throw ValidationError("--per-class has to be at least 1") }
    guard seed >= 0 else { throw ValidationError("--seed has to be 0 or more") }
    try Usage.check { _ = try shard.map { try Shard(parsing: $0) } }
  }

  func run() async throws {
    do {
      try await audit()
    } catch {
      throw Failure(error, model: network.model)
    }
  }

  private func audit() async throws {
    let isQuiet = quietOptions.quiet || json
    let notices = Notices(isQuiet: quietOptions.quiet)
    let data = try DataSet(data)
    for circle in data.circles {
      notices.tell(
        "note: \(data.root)/\(circle): it is a link to a folder that it lies in, and is not followed")
    }
    let audit = Audit(folder: output)
    let model = try Model(contentsOf: network.model)
    let bar = AuditBar(isQuiet: quietOptions.quiet)
    let settings = try settings()
    let executor = try machine.executor(precision.precision)
    let summary = try await bar.watching {
      try await audit.run(model, over: data, settings, executor: executor, progress: $0)
    }
    notices.tell(summary.preprocessing, of: model)
    if settings.masks != nil, summary.masked < summary.images {
      notices.tell("note: \(summary.images - summary.masked) of \(summary.images) images have no mask")
    }
    let findings = try audit.report()
    if json { try StandardOutput.print(try findings.json()) }
    if !isQuiet { try StandardOutput.print(Self.text(of: summary, audit)) }
    guard summary.failed == 0 else {
      throw Failure(
        "\(summary.failed) of \(summary.images) images failed; the findings say why",
        exitCode: Failure.someFailed)
    }
  }

  private func settings() throws -> AuditSettings {
    let method = try Saliency.Method(
      parsing: CatalogSpecification(question.method, in: Saliency.Method.catalog).seeded(seed).text)
    var asked = Question(method: method, modifier: question.gradientModifier ?? .default)
    asked.addsSoftmax = probabilities.softmax
    asked.preparation = try preparation.settings()
    var settings = AuditSettings(asked)
    settings.labels = try names.load()
    (settings.masks, settings.perClass, settings.seed) = (masks, perClass, seed)
    settings.tests = !skipTests
    settings.shard = try shard.map { try Shard(parsing: $0) }
    settings.invocation = ShellText.line(["saliency"] + CommandLine.arguments.dropFirst())
    return settings
  }

  private static func text(of summary: AuditSummary, _ audit: Audit) -> String {
    let known = summary.known == 0 ? "" : ", \(summary.known) of them done before"
    let new = summary.images - summary.known
    let rate = Float(Double(new) / max(summary.duration / .seconds(1), 1e-3)).text
    let seconds = Float(((summary.duration / .seconds(1)) * 10).rounded() / 10).text
    return "\(summary.images) images\(known), in \(seconds) s" + (new == 0 ? "" : " (\(rate) a second)")
      + ": \(audit.reportPath)"
  }
}
