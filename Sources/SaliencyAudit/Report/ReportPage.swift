internal import Saliency

/// The page that tells an audit: one file that needs nothing else.
struct ReportPage {
  let contents: ReportContents

  /// More classes than this are shown closed.
  private static let openClassLimit = 8

  func html() throws -> String {
    let title = "Where \(HTMLText.escaped(contents.identity.modelName)) looks"
    return """
      <!doctype html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="generator" content="swift-saliency">
      <title>\(title)</title>
      <style>
      \(ReportStyle.css)
      </style>
      </head>
      <body>
      <header class="top"><div>
      <h1>\(title)</h1>
      \(question)
      \(figures)
      \(ReportFindings(contents: contents).verdict)
      </div></header>
      <div class="bar"><div>
      \(contents.findings.findings.isEmpty ? "" : "<a href=\"#findings\">Findings</a>")<a href="#classes">Classes</a>\(contents.mistaken.isEmpty ? "" : "<a href=\"#wrong\">Wrong predictions</a>")
      \(contents.findings.failed.isEmpty ? "" : "<a href=\"#failed\">Failed images</a>")<a href="#again">How to make it again</a>
      <label class="switch">Maps over the images <input type="checkbox" id="maps" checked></label>
      </div></div>
      <main>
      \(ReportFindings(contents: contents).sections())
      \(try classes())
      \(try mistakes())
      \(failures)
      \(again)
      <footer>Each map shows the magnitudes of what the class's score depends on: dark is nothing, yellow is most. A mean map is the mean of
      maps whose magnitudes add up to 1.</footer>
      </main>
      </body>
      </html>

      """
  }

  private var question: String {
    let identity = contents.identity
    return """
      <p class="soft">\(HTMLText.count(contents.findings.images, "image")) from \(HTMLText.escaped(identity.data))
      (\(HTMLText.escaped(identity.arrangement))), asked with the method <b>\(HTMLText.escaped(identity.method))</b>.</p>
      """
  }

  private var figures: String {
    let failed = contents.findings.failed.count
    let inside = contents.classes.compactMap { summary in
      summary.numbers.inside.map { (share: $0, images: summary.images) }
    }
    let weight = inside.reduce(0) { $0 + $1.images }
    let mean = inside.reduce(0) { $0 + $1.share * Double($1.images) } / Double(max(weight, 1))
    let figures: [(String, String)?] = [
      ("\(contents.findings.images)", contents.findings.images == 1 ? "image" : "images"),
      ("\(contents.classes.count)", contents.classes.count == 1 ? "class" : "classes"),
      contents.labeled == 0
        ? nil
        : (HTMLText.percent(Double(contents.correct) / Double(contents.labeled)), "predicted right"),
      weight == 0 ? nil : (HTMLText.percent(mean), "of the maps inside masks"),
      failed == 0 ? nil : ("\(failed)", "failed"),
    ]
    return "<div class=\"figures\">"
      + figures.compactMap(\.self).map { "<div class=\"figure\"><b>\($0.0)</b><span>\($0.1)</span></div>" }
      .joined() + "</div>"
  }

  // MARK: Classes

  private func classes() throws -> String {
    guard !contents.classes.isEmpty else { return "" }
    let hasMasks = contents.classes.contains { $0.numbers.inside != nil }
    let rows = contents.classes.map { summary in
      let right = summary.correct.map { Double($0) / Double(summary.images) }
      let meter = right.map { "<span class=\"meter\"><i style=\"width:\(Int($0 * 100))%\"></i></span>" } ?? ""
      return "<tr><td><a href=\"#c\(summary.unit)\">\(HTMLText.escaped(summary.name))</a></td>"
        + "<td class=\"n\">\(summary.images)</td><td class=\"n\">\(HTMLText.percent(right))\(meter)</td>"
        + (hasMasks ? "<td class=\"n\">\(HTMLText.percent(summary.numbers.inside))</td>" : "")
        + "<td class=\"n\">\(HTMLText.percent(summary.numbers.border))</td>"
        + "<td class=\"n\">\(HTMLText.decimal(summary.numbers.spread, digits: 2))</td>"
        + "<td class=\"n\">\(HTMLText.decimal(summary.numbers.sparseness, digits: 2))</td></tr>"
    }
    let sections = try contents.classes.map {
      try section($0, isOpen: contents.classes.count <= Self.openClassLimit)
    }
    return """
      <h2 id="classes">Classes</h2>
      <div class="scroll"><table>
      <thead><tr><th>class</th><th class="n">images</th><th class="n">predicted right</th>\(hasMasks ? "<th class=\"n\">inside masks</th>" : "")<th class="n">at the border</th><th class="n">spread</th><th class="n">sparseness</th></tr></thead>
      <tbody>
      \(rows.joined(separator: "\n"))
      </tbody></table></div>
      \(sections.joined(separator: "\n"))
      """
  }

  private func section(_ summary: ClassSummary, isOpen: Bool) throws -> String {
    let right = summary.correct.map {
      "\(HTMLText.percent(Double($0) / Double(summary.images))) predicted right"
    }
    let numbers: [(String, String)?] = [
      summary.numbers.inside.map { ("inside masks", HTMLText.percent($0)) },
      ("at the border", HTMLText.percent(summary.numbers.border)),
      ("spread", HTMLText.decimal(summary.numbers.spread, digits: 2)),
      ("sparseness", HTMLText.decimal(summary.numbers.sparseness, digits: 2)),
    ]
    let list = numbers.compactMap(\.self).map { "<dt>\($0.0)</dt><dd>\($0.1)</dd>" }.joined()
    let mean =
      try summary.meanMap.map {
        HTMLText.image(try $0.picture(), class: "meanmap", describedAs: "mean map of \(summary.name)")
      } ?? "<p class=\"soft small\">All maps are zero.</p>"
    let shownCount = summary.shown.count + summary.groups.reduce(0) { $0 + $1.shown.count }
    let shown =
      shownCount < summary.images
      ? "\(shownCount) of \(HTMLText.count(summary.images, "image"))"
      : HTMLText.count(summary.images, "image")
    return """
      <details class="class" id="c\(summary.unit)"\(isOpen ? " open" : "")>
      <summary><h3>\(HTMLText.escaped(summary.name))</h3><span class="soft small">\([shown, right].compactMap(\.self).joined(separator: " · "))</span></summary>
      <div class="inside">
      <div class="mean"><div>\(mean)<p class="soft small">mean map</p></div><dl>\(list)</dl><div>\(EmbeddingPlot(summary: summary).svg())</div></div>
      <div>\(try sheets(summary))</div>
      </div></details>
      """
  }

  /// The contact sheets: one for each group, or one.
  private func sheets(_ summary: ClassSummary) throws -> String {
    func sheet(_ images: [ShownImage]) throws -> String {
      "<div class=\"sheet\">\(try images.map { try shot($0, of: summary.unit) }.joined())</div>"
    }
    guard !summary.groups.isEmpty else { return try sheet(summary.shown) }
    return try summary.groups.enumerated().map { number, group in
      let mean = try group.meanMap.map {
        HTMLText.image(try $0.picture(), class: "groupmap", describedAs: "mean map of group \(number + 1)")
      }
      let difference = group.found.difference.map {
        " · \(HTMLText.percent($0)) of its mean map lie elsewhere than the others'"
      }
      let color = EmbeddingPlot.colors[number % EmbeddingPlot.colors.count]
      return """
        <div class="group"><label class="grouphead"><input type="checkbox" class="pick" data-k="\(number)">\(mean ?? "")<span><b><i class="dot" style="background:\(color)"></i>group \(number + 1)</b><br><span class="soft small">\(HTMLText.count(group.found.size, "image"))\(difference ?? "")</span></span></label>
        \(try sheet(group.shown))</div>
        """
    }.joined()
  }

  /// An image under the map of a class.
  private func shot(_ image: ShownImage, of unit: Int) throws -> String {
    let map = image.maps.first { $0.unit == unit } ?? image.maps.first
    let isWrong = image.label.map { $0 != image.predicted } ?? false
    let says = HTMLText.escaped(contents.identity.name(of: image.predicted))
    return """
      <figure class="shot" title="\(HTMLText.escaped(image.path))">\(try picture(image, map))<figcaption><b class="\(isWrong ? "wrong" : "")">\(says)</b> \(certainty(image))</figcaption></figure>
      """
  }

  private func certainty(_ image: ShownImage) -> String {
    image.probability.map { HTMLText.percent($0) } ?? HTMLText.decimal(image.score, digits: 2)
  }

  private func picture(_ image: ShownImage, _ map: MapRecord?) throws -> String {
    let photo = image.thumbnail.map { HTMLText.image($0, class: "photo", describedAs: image.path) } ?? ""
    let over = try map.map {
      HTMLText.image(
        try $0.map.map().picture(), class: "map", describedAs: "map of \(contents.identity.name(of: $0.unit))"
      )
    }
    let ratio = map.map { " style=\"--ratio:\($0.map.width)/\($0.map.height)\"" } ?? ""
    return "<div class=\"pic\"\(ratio)>\(photo)\(over ?? "")</div>"
  }

  // MARK: What went wrong

  private func mistakes() throws -> String {
    guard !contents.mistaken.isEmpty else { return "" }
    let pairs = contents.confusions.map { pair in
      "<tr><td>\(HTMLText.escaped(contents.identity.name(of: pair.label)))</td>"
        + "<td>\(HTMLText.escaped(contents.identity.name(of: pair.predicted)))</td><td class=\"n\">\(pair.count)</td></tr>"
    }
    let figures = try contents.mistaken.map { image in
      let panels = try image.maps.map { map in
        let verb = map.unit == image.label ? "for" : "says"
        return
          "<figure class=\"shot\">\(try picture(image, map))<figcaption>\(verb) <b class=\"\(map.unit == image.label ? "" : "wrong")\">\(HTMLText.escaped(contents.identity.name(of: map.unit)))</b> "
          + (map.probability.map { HTMLText.percent(Double($0)) }
            ?? HTMLText.decimal(Double(map.score), digits: 2))
          + "</figcaption></figure>"
      }
      return
        "<figure class=\"mistake\"><div class=\"pair\">\(panels.joined())</div><figcaption>\(HTMLText.escaped(image.path))</figcaption></figure>"
    }
    let shown =
      contents.mistaken.count < contents.mistakenCount
      ? " Shown are the \(contents.mistaken.count) of which it is most certain." : ""
    return """
      <h2 id="wrong">Wrong predictions, and where they looked</h2>
      <p class="soft">\(HTMLText.count(contents.mistakenCount, "image")): on the left the map of what the network says, on the right that of
      the true class.\(shown)</p>
      <div class="scroll" style="max-width:32rem;margin-bottom:1.25rem"><table><thead><tr><th>shows</th><th>network says</th><th class="n">images</th></tr></thead>
      <tbody>\(pairs.joined(separator: "\n"))</tbody></table></div>
      <div class="mistakes">\(figures.joined(separator: "\n"))</div>
      """
  }

  private var failures: String {
    let failed = contents.findings.failed
    guard !failed.isEmpty else { return "" }
    let rows = failed.prefix(200).map {
      "<tr><td>\(HTMLText.escaped($0.path))</td><td class=\"reason\">\(HTMLText.escaped($0.reason))</td></tr>"
    }
    let rest =
      failed.count > 200 ? "<p class=\"soft\">\(failed.count - 200) more stand in findings.json.</p>" : ""
    return """
      <h2 id="failed">Images that failed</h2>
      <div class="scroll"><table><thead><tr><th>image</th><th>reason</th></tr></thead><tbody>
      \(rows.joined(separator: "\n"))
      </tbody></table></div>\(rest)
      """
  }

  private var again: String {
    let identity = contents.identity
    return """
      <h2 id="again">How to make it again</h2>
      <pre>\(HTMLText.escaped(contents.invocation))</pre>
      <p class="soft small">Model \(HTMLText.escaped(identity.modelName)), SHA-256 \(HTMLText.escaped(identity.modelDigest)).
      Computed by version \(contents.computations.map(HTMLText.escaped).joined(separator: "; ")). The question, with how images are prepared:</p>
      <pre>\(HTMLText.escaped(identity.question))</pre>
      <p class="soft small">All numbers stand in the view <b>images</b> of audit.sqlite.</p>
      """
  }
}
