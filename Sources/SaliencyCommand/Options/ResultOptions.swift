import ArgumentParser
import Saliency

/// What is drawn.
enum DrawingKind: String, ExpressibleByArgument, CaseIterable {
  case figure, overlay, heatmap
}

/// Whose size images have.
enum DrawnSize: String, ExpressibleByArgument, CaseIterable {
  case original, network
}

/// What an image below a map looks like.
enum ImageStyle: String, ExpressibleByArgument, CaseIterable {
  case gray, color

  init?(argument: String) {
    self.init(rawValue: ["grey": "gray", "colour": "color"][argument] ?? argument)
  }
}

/// Where results go and what they look like.
struct ResultOptions: ParsableArguments {
  @Option(
    name: .shortAndLong, parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      "Where the result goes; repeatable. The ending decides: .npy (signed numbers), .png .jpg .webp (image), .svg .pdf (figure with its texts as texts), .json (report). {name} stands for the input's name, a folder or FOLDER/ for {name}-METHOD.png in it, - for standard output (a PNG; -.npy, -.json … for others). Default: {name}-METHOD.png.",
      valueName: "file"))
  var output: [String] = []

  @Option(help: "What images show.")
  var style = DrawingKind.figure

  @Option(
    help: ArgumentHelp(
      "Colors: \(ColorMap.all.map(\.name).joined(separator: ", ")) (default: inferno, blue-white-red where values are signed).",
      valueName: "name"), completion: .colorMap)
  var colormap: String?

  @Option(help: "Opacity of the heat map over the image, from 0 to 1.")
  var alpha: Float = 0.9

  @Option(
    name: [.customLong("image-style"), .customLong("photograph")],
    help:
      "Whether the image under the heat map is gray, so that all colors are the map's, or in color.")
  var imageStyle = ImageStyle.gray

  @Option(
    help: ArgumentHelp(
      "Whose size images have: that of the network's input, or the image's own, of which the part is shown that the network sees. Numbers in .npy files stay the same.",
      valueName: "original|network"))
  var sizeOf = DrawnSize.network

  @Option(help: "Percentile of the values that becomes the brightest color.")
  var percentile: Double = 99

  @Flag(help: "Draw a map for each channel instead of one for all; .npy files keep the channels in any case.")
  var keepChannels = false

  @Flag(help: "Print one JSON object on standard output.")
  var json = false

  @OptionGroup private var verbosity: QuietOptions
  var isQuiet: Bool { verbosity.quiet }

  func validate() throws {
    guard 0...1 ~= alpha else { throw ValidationError("--alpha has to lie between 0 and 1") }
    guard 0...100 ~= percentile else { throw ValidationError("--percentile has to lie between 0 and 100") }
  }

  /// Checks outputs and style while arguments are validated.
  func validateOutputs() throws {
    try Usage.check {
      _ = try drawing.mapStyle()
      let outputs = try outputs()
      guard outputs.count(where: { $0.path == nil }) + (json ? 1 : 0) <= 1 else {
        throw ValidationError("standard output takes one result; choose one of --json and outputs of -")
      }
    }
  }

  /// The outputs that are asked for, or a figure in the current folder where nothing is.
  ///
  /// - Parameter defaultName: what follows the input's name where no name is given.
  func outputs(defaultName: String) throws -> [Output] {
    let file = "{name}-\(defaultName).png"
    if output.isEmpty, !json { return [try Output(parsing: file)] }
    return try output.map { try Output(parsing: $0, defaultName: file) }
  }

  /// The same where names do not matter.
  func outputs() throws -> [Output] { try outputs(defaultName: "result") }

  /// How results are drawn.
  var drawing: Recipe.Drawing {
    var drawing = Recipe.Drawing()
    (drawing.style, drawing.colormap, drawing.alpha) = (style.rawValue, colormap, alpha)
    (drawing.imageStyle, drawing.percentile) = (imageStyle.rawValue, percentile)
    (drawing.keepChannels, drawing.sizeOf) = (keepChannels, sizeOf.rawValue)
    return drawing
  }
}
