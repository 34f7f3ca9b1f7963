/// The commands of the `console` blocks of a page, in order, with what the page shows of their output.
struct ConsoleText {
  struct Step: Sendable {
    /// The command without its prompt; lines that end with a backslash are one command.
    var line: String
    /// The lines that the page shows below the command.
    var shown: [String] = []

    /// Whether the line does nothing but give values to variables of the shell.
    var isAssignment: Bool { line.wholeMatch(of: /(?:[A-Za-z]+=[^ ;]+(?:; |$))+/) != nil }

    /// Whether the comment behind the command says that it takes minutes or ten seconds and more, or that it needs the network.
    var isLeftOut: Bool { line.contains(/#.*(?:minute|[0-9][0-9] s\b|from the network)/) }
  }

  let steps: [Step]

  init(_ page: String) {
    var steps: [Step] = []
    var isInside = false
    var continues = false
    for line in page.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("```") {
        isInside = line == "```console"
      } else if isInside, continues {
        steps[steps.count - 1].line += "\n" + line
        continues = line.hasSuffix("\\")
      } else if isInside, line.hasPrefix("$ ") {
        steps.append(Step(line: String(line.dropFirst(2))))
        continues = line.hasSuffix("\\")
      } else if isInside, !steps.isEmpty {
        steps[steps.count - 1].shown.append(String(line))
      }
    }
    self.steps = steps
  }

  /// What differs between lines that a page shows and those that were printed, or nil.
  ///
  /// A line `…` stands for any number of lines. Times are left out, spaces count once, and numbers with a fraction may differ in their last
  /// digit.
  static func difference(shown: [String], printed: [String]) -> String? {
    var rest = printed[...]
    var skips = false
    for line in shown {
      if line == "…" {
        skips = true
        continue
      }
      if skips { rest = rest.drop { !agree(line, $0) } }
      guard let first = rest.popFirst() else { return "'\(line)' is not printed" }
      guard agree(line, first) else { return "'\(line)' is shown, '\(first)' printed" }
      skips = false
    }
    return skips || rest.isEmpty ? nil : "'\(rest.first!)' is not shown"
  }

  private static func agree(_ shown: String, _ printed: String) -> Bool {
    let (shown, printed) = (parts(shown), parts(printed))
    return shown.words == printed.words && shown.numbers.count == printed.numbers.count
      && zip(shown.numbers, printed.numbers).allSatisfy(near)
  }

  /// A line's words, with `#` for numbers, and its numbers; times are words.
  private static func parts(_ line: String) -> (words: String, numbers: [Substring]) {
    let timeless = line.replacing(/[0-9.]+ (?:ms|s)\b/, with: "TIME")
    let squeezed = timeless.split(separator: " ").joined(separator: " ")
    let number = /[0-9]+(?:\.[0-9]+)?/
    return (squeezed.replacing(number, with: "#"), squeezed.matches(of: number).map(\.output))
  }

  private static func near(_ shown: Substring, _ printed: Substring) -> Bool {
    guard let point = shown.firstIndex(of: "."), let one = Double(shown), let other = Double(printed) else {
      return shown == printed
    }
    var unit = 1.0
    for _ in shown[point...].dropFirst() { unit /= 10 }
    return abs(one - other) < 1.5 * unit
  }
}
