public import ArgumentParser
public import Saliency

extension Saliency.Method: ExpressibleByArgument {
  public init?(argument: String) { self.init(named: argument) }
  public var defaultValueDescription: String { name }
  public static var allValueStrings: [String] { all.map(\.name) }
}

extension GradientModifier: ExpressibleByArgument {
  public init?(argument: String) { self.init(named: argument) }
  public var defaultValueDescription: String { name }
  public static var allValueStrings: [String] { all.map(\.name) }
}

/// What is asked of the network.
struct QuestionOptions: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "What to explain: an index, a class name (with --labels), top, top:K, or several joined by commas, which are maximised together.",
      valueName: "target"))
  var target = "top"

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Explain units of this layer instead of the network's output: its name, or its index as 'inspect' lists it; -1 is the last. A unit with a height and width counts with its mean.",
      valueName: "name|index"))
  var layer: String?

  @Option(help: "How the gradient is propagated back; deconvnet and relu are other names of rectified.")
  var method = Saliency.Method.gradient

  @Option(help: "What is done to the gradient afterwards.")
  var gradientModifier = GradientModifier.absolute

  @Option(help: "Which side of a final softmax or sigmoid is explained.")
  var on = OutputSide.score
}
