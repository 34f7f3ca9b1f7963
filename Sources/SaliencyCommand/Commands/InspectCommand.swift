import ArgumentParser
import Saliency

struct InspectCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Lists a network's inputs, outputs and layers, and the operators that are not supported.")

  @OptionGroup private var network: ModelArgument
  private var model: String { network.model }

  @OptionGroup var ports: PortOptions

  @Option(help: ArgumentHelp("The shape of the input where the network leaves it open, such as 1x3x224x224."))
  var shape: String?

  @Flag(help: "Print one JSON object on standard output.")
  var json = false

  func validate() throws { _ = try parsedShape() }

  private func parsedShape() throws -> Shape? { try shape.map { try Shape(parsing: $0) } }

  func run() async throws {
    do {
      let model = try ports.open(self.model)
      let report = try InspectReport(model, inputShape: parsedShape())
      try StandardOutput.print(json ? report.json() : report.text)
    } catch {
      throw Failure(error, model: model)
    }
  }
}

extension InspectReport.AxesReport {
  /// "NQC (C proved, N and Q assumed)"
  var text: String {
    let letters = layout.map(String.init)
    let parts = RoleOrigin.allCases.compactMap { origin in
      let known = letters.indices.filter { origins[$0] == origin.rawValue }.map { letters[$0] }
      return known.isEmpty ? nil : "\(known.joined(separator: " ")) \(origin.rawValue)"
    }
    return layout + (parts.isEmpty ? "" : " (\(parts.joined(separator: ", ")))")
  }
}

extension InspectReport {
  /// The report in tables for people.
  var text: String {
    var lines = ["\(model): \(format)" + (producer.isEmpty ? "" : ", written by \(producer)")]
    for input in inputs {
      let shape = input.shape?.map { $0.map(String.init) ?? "?" }.joined(separator: "×") ?? "of any shape"
      let type = input.type == "float32" ? "" : "  \(input.type)"
      let embedding = input.embedding.map { "  picks rows of the embedding '\($0)'" } ?? ""
      let axes = input.axes.map { "  " + $0.text } ?? ""
      lines.append("input   \(input.name)  \(shape)\(type)\(axes)\(embedding)")
    }
    for output in outputs {
      let shape = output.obstacle == nil ? output.shape?.text ?? "" : "cannot be computed"
      lines.append("output  \(output.name)  \(shape)" + (output.axes.map { "  " + $0.text } ?? ""))
    }
    if !unsupported.isEmpty {
      lines.append("\noperators or layers that are not supported (\(unsupported.count)):")
      lines.append(Table.rows(unsupported.map { ["  " + $0.operator, $0.node] }))
    }
    if let layers {
      let blockedCount = layers.count { $0.obstacle != nil }
      lines.append(
        "\nlayers (\(layers.count)"
          + (blockedCount == 0 ? "" : ", of which \(blockedCount) cannot be computed, marked by –") + "):")
      lines.append(
        Table.rows(
          layers.map {
            [
              $0.obstacle == nil ? $0.index.map(String.init) ?? "" : "–", $0.operator, $0.shape?.text ?? "",
              $0.layout ?? "",
              $0.map ?? "", $0.name + ($0.obstacle.map { ": " + $0 } ?? ""),
            ]
          }))
      if let mapLayer {
        lines.append("\nmaps of the CAM family are of layer '\(mapLayer)' unless another is named")
      }
    } else {
      lines.append(
        inputs.count == 1
          ? "\nThe shape of the input is open; give it with --shape to list the layers."
          : "\nThere are several inputs; choose one with --input and give the others with --given to list the layers."
      )
    }
    return lines.joined(separator: "\n")
  }
}
