import ArgumentParser
import Saliency
import SaliencyAudit

struct AuditReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Makes the page and the findings of an audit anew, without asking the network.")

  @Argument(help: "The folder of an audit.", completion: .directory)
  var folder: String

  @Flag(help: "Print the findings as one JSON object on standard output.")
  var json = false

  @OptionGroup private var quietOptions: QuietOptions

  func run() throws {
    do {
      let audit = Audit(folder: folder)
      let findings = try audit.report()
      if json {
        try StandardOutput.print(try findings.json())
      } else if !quietOptions.quiet {
        try StandardOutput.print("\(findings.images) images: \(audit.reportPath)")
      }
    } catch {
      throw Failure(error)
    }
  }
}
