import ArgumentParser
import FileAccess
import Saliency
import SaliencyImage

/// What is drawn.
enum PictureStyle: String, ExpressibleByArgument, CaseIterable {
  case figure, overlay, heatmap
}

/// Where results go and what they look like.
struct ResultOptions: ParsableArguments {
  @Option(
    name: .shortAndLong, parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      "Where the result goes; repeatable. The ending decides: .npy (signed numbers), .png .jpg .webp (picture), .json (report). {name} stands for the input's name, - for standard output (a PNG; -.npy, -.json … for others). Default: {name}-METHOD.png.",
      valueName: "file"))
  var output: [String] = []

  @Option(help: "What pictures show.")
  var style = PictureStyle.figure

  @Option(
    help: ArgumentHelp(
      "Colours: \(ColorMap.all.map(\.name).joined(separator: ", ")) (default: inferno, blue-white-red where values are signed).",
      valueName: "name"))
  var colormap: String?

  @Option(help: "Opacity of the heat map over the photograph, from 0 to 1.")
  var alpha: Float = 0.9

  @Option(help: "Percentile of the values that becomes the brightest colour.")
  var percentile: Double = 99

  @Flag(help: "Print one JSON object on standard output.")
  var json = false

  func validate() throws {
    guard 0...1 ~= alpha else { throw ValidationError("--alpha has to lie between 0 and 1") }
    guard 0...100 ~= percentile else { throw ValidationError("--percentile has to lie between 0 and 100") }
  }

  func outputs() throws -> [Output] { try output.map { try Output(parsing: $0) } }

  /// The outputs that are asked for, or a figure in the current folder where nothing is.
  func outputs(method: Saliency.Method) throws -> [Output] {
    if output.isEmpty, !json { return [try Output(parsing: "{name}-\(method.name).png")] }
    return try outputs()
  }

  /// How pictures look.
  func renderingStyle() throws -> Style {
    Style(
      kind: style, colorMap: try colormap.map { try ColorMap(named: $0) }, percentile: percentile,
      overlay: OverlayStyle(alpha: alpha))
  }

  /// How pictures look.
  struct Style {
    let kind: PictureStyle
    /// Nil for the one that suits the values.
    let colorMap: ColorMap?
    let percentile: Double
    let overlay: OverlayStyle
  }
}
