internal import Saliency

/// What was found, as the page tells it.
struct ReportFindings {
  let contents: ReportContents

  /// What stands above all else.
  var verdict: String {
    guard contents.findings.tested else {
      return """
        <div class="note"><p><b>Regions are not tested.</b> This page shows where the network looks. Whether it needs what it looks at
        has not been tried by changing the images, so nothing here is a finding.</p></div>
        """
    }
    let (found, undecided) = (contents.findings.findings.count, contents.findings.undecided.count)
    guard found > 0 else {
      let rest =
        undecided == 0 ? "" : " \(HTMLText.count(undecided, "region")) matter, and may be what the class is."
      return """
        <div class="note calm"><p><b>Nothing found.</b> Of what was tested, no class is recognized by something that is shown not to be the thing
        itself.\(rest) That is no proof that there is nothing.</p></div>
        """
    }
    return """
      <div class="note"><p><b>\(HTMLText.count(found, "finding")).</b> \(contents.findings.findings.map { sentence($0) }.joined(separator: " "))</p></div>
      """
  }

  private func sentence(_ finding: AuditFindings.Finding) -> String {
    let name = HTMLText.escaped(finding.class)
    let place = Self.place(finding.region)
    return
      "<b>\(name)</b> (\(HTMLText.percent(finding.share)) of it) is recognized by \(place): without it \(HTMLText.percent(finding.removed.lost)) lose the class, with it \(HTMLText.percent(finding.added.gained)) of others become it."
  }

  /// Where a region lies, in words.
  static func place(_ region: AuditFindings.Region) -> String {
    switch region.kind {
    case "background": return "the background"
    case "anywhere": return "something that lies at another place in each image"
    case "image": return "the image as a whole"
    default: break
    }
    guard let box = region.box else { return "a place" }
    guard box != [0, 0, 1, 1] else { return "the frame along the edges" }
    let (x, y) = ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
    let across = x < 1.0 / 3 ? "left" : x > 2.0 / 3 ? "right" : ""
    let down = y < 1.0 / 3 ? "upper" : y > 2.0 / 3 ? "lower" : ""
    switch (down, across) {
    case ("", ""): return "what is in the middle"
    case ("", _): return "what is on the \(across)"
    case (_, ""): return down == "upper" ? "what is at the top" : "what is at the bottom"
    default: return "what is at the \(down) \(across)"
    }
  }

  /// The interventions, with images before and after.
  func sections() -> String {
    let tests = contents.tests.filter { [.finding, .undecided].contains($0.verdict) }
    guard !tests.isEmpty else { return "" }
    let findings = tests.filter { $0.verdict == .finding }.map(card).joined()
    let undecided = tests.filter { $0.verdict == .undecided }.map(card).joined()
    return (findings.isEmpty ? "" : "<h2 id=\"findings\">Findings</h2>\(findings)")
      + (undecided.isEmpty
        ? ""
        : """
        <h2 id="undecided">Undecided</h2>
        <p class="soft">These regions matter. They may be what the class is; masks of the objects would tell.</p>\(undecided)
        """)
  }

  private func card(_ test: TestedCandidate) -> String {
    let region = AuditFindings.Region(kind: test.candidate.kind.rawValue, box: test.candidate.box)
    let name = HTMLText.escaped(contents.identity.name(of: test.candidate.unit))
    let group =
      test.candidate.cluster.map { "group \($0 + 1), \(HTMLText.percent(test.candidate.share)) of the class" }
      ?? "the whole class"
    func row(_ what: String, _ effect: InterventionEffect) -> String {
      """
      <tr><td>\(what)</td><td class="n"><b>\(HTMLText.percent(effect.rate))</b>\(Self.meter(effect.rate, "strong"))</td><td class="n">\(HTMLText.percent(effect.low))–\(HTMLText.percent(effect.high))</td><td class="n">\(HTMLText.percent(effect.control))\(Self.meter(effect.control, ""))</td></tr>
      """
    }
    let because: [String?] = [
      test.outside.map { "\(HTMLText.percent($0)) of it lie outside the objects" },
      test.constantShare.map {
        "\(HTMLText.percent($0)) of its pixels are the same in all images, and not in other classes"
      },
      test.contentRatio.map {
        "its content is found again in the class at \(HTMLText.decimal($0, digits: 2)) of the distance as in other classes"
      },
    ]
    return """
      <section class="finding"><h3>\(name): \(Self.place(region))</h3><p class="soft small">\(group) · \(HTMLText.count(test.candidate.images.count, "image"))</p>
      <div class="scroll"><table><thead><tr><th></th><th class="n">change</th><th class="n">95 % interval</th><th class="n">control</th></tr></thead><tbody>
      \(row("lose the class without it", test.removed))
      \(row("of others become it with it", test.added))
      </tbody></table></div>
      <p class="soft small">Measured: \(because.compactMap(\.self).joined(separator: "; ")).</p>
      <div class="pairs">\(test.examples.map(example).joined())</div></section>
      """
  }

  private static func meter(_ share: Double, _ name: String) -> String {
    "<span class=\"meter \(name)\"><i style=\"width:\(Int((share * 100).rounded()))%\"></i></span>"
  }

  private func example(_ example: TestedCandidate.Example) -> String {
    func panel(_ jpeg: [UInt8], _ unit: Int, _ text: String) -> String {
      let isOther = example.saidBefore != example.saidAfter && text == "after"
      return
        "<figure class=\"shot\">\(HTMLText.image(jpeg, class: "plain", describedAs: "\(example.path), \(text)"))<figcaption><b class=\"\(isOther ? "wrong" : "")\">\(HTMLText.escaped(contents.identity.name(of: unit)))</b></figcaption></figure>"
    }
    return
      "<div class=\"change\"><div class=\"pair\">\(panel(example.before, example.saidBefore, "before"))\(panel(example.after, example.saidAfter, "after"))</div><p class=\"soft small\">\(example.isAddition ? "put in" : "taken away")</p></div>"
  }
}
