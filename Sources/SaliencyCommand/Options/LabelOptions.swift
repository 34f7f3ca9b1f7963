import ArgumentParser
import Saliency

/// What the network's classes are called.
struct LabelOptions: ParsableArguments {
  @Option(
    help: "Names of the classes: one a line, a JSON list, or a JSON object {index: name}.",
    completion: .file())
  var labels: String?

  func load() throws -> Labels? { try labels.map { try Labels(contentsOf: $0) } }
}
