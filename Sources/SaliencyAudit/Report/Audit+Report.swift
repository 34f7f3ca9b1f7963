internal import FoundationEssentials
internal import Saliency

extension Audit {
  /// The page for people.
  public var reportPath: String { folder + "/report.html" }
  /// The findings for programs.
  public var findingsPath: String { folder + "/findings.json" }

  /// Writes `report.html`, which needs no other file and no network, and `findings.json`; the network is not asked again.
  ///
  /// - Returns: what `findings.json` has.
  /// - Throws: `SaliencyError` where the folder has no audit, nothing has been asked yet, or it cannot be written.
  @discardableResult
  public func report() throws -> AuditFindings {
    let store = try AuditStore(folder: folder, creates: false)
    let findings = try findings(store)
    let page = ReportPage(contents: try ReportContents(store, findings))
    try OutputFile(findingsPath).write(Array((try findings.json() + "\n").utf8))
    try OutputFile(reportPath).write(Array(try page.html().utf8))
    return findings
  }
}
