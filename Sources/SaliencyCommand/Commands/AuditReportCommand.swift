import ArgumentParser
import Saliency
import SaliencyAudit

struct AuditReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report", abstract: "Tells again what an audit found, without asking the network.")

  @Argument(help: "The folder of an audit.", completion: .directory)
  var folder: String

  @Flag(help: "Print the findings as one JSON object on standard output.")
  var json = false

  @OptionGroup private var quietOptions: QuietOptions

  func run() throws {
    do {
      let audit = Audit(folder: folder)
      let findings = try audit.findings()
      if json { try StandardOutput.print(try findings.json()) }
    } catch {
      throw Failure(error)
    }
  }
}
