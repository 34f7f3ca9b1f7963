import ArgumentParser
import Saliency

/// Maps one after the other in one file.
struct AnimationOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Also write an animation (.webp, or .png for APNG): of 'explain' the maps, a frame for each input, and with --compare and --compare-targets for each method and target; of 'maximize' the image on its way.",
      valueName: "file"))
  var animation: String?

  @Option(
    help: ArgumentHelp(
      "How long a frame of the animation is shown, in milliseconds (default: 500; of 'maximize' 100).",
      valueName: "ms"))
  var frameDuration: Int?

  func validate() throws {
    try Usage.check { _ = try output() }
    guard 1...65_535 ~= frameDuration ?? 1 else {
      throw ValidationError("--frame-duration has to lie between 1 and 65535 milliseconds")
    }
  }

  /// Where the animation goes; nil where none is asked for.
  func output() throws -> Output? {
    guard let animation else { return nil }
    guard let output = try? Output(parsing: animation), output.path != nil,
      [.image(.pixels(.webp)), .image(.pixels(.png))].contains(output.form)
    else { throw ValidationError("--animation '\(animation)' has to be a file that ends in .webp or .png") }
    guard !animation.contains("{name}") else {
      throw ValidationError(
        "--animation '\(animation)' is one file for all inputs; {name} stands for one of them")
    }
    return output
  }
}

/// Collects the frames of an animation and writes it.
final class AnimationWriter {
  private let output: Output
  private let duration: Duration
  private var frames: [Image] = []

  /// Nil where no animation is asked for.
  init?(_ options: AnimationOptions, defaultDuration: Int = 500) throws {
    guard let output = try options.output() else { return nil }
    self.output = output
    duration = .milliseconds(options.frameDuration ?? defaultDuration)
  }

  /// Adds a frame: the map over the image, or by itself, with a title.
  func add(_ attribution: Attribution, title: String, _ drawing: ResultWriter.Drawing) throws {
    let panel =
      drawing.kind == .heatmap
      ? Figure.Panel(title: title, image: try attribution.mapImage(style: drawing.style))
      : try attribution.panel(style: drawing.style, title: title)
    add(try Figure(rows: [[panel]]).rendered())
  }

  /// Adds a frame.
  func add(_ image: Image) { frames.append(image) }

  /// Writes what was collected and tells so; nothing where there are no frames, because every input failed.
  func write(isQuiet: Bool) throws {
    guard !frames.isEmpty, case .image(.pixels(let format)) = output.form else { return }
    let (width, height) = (frames.map(\.width).max()!, frames.map(\.height).max()!)
    let animation = try Animation(
      frames.map { $0.centered(width: width, height: height) }, frameDuration: duration)
    try output.write(animation.encoded(as: format), inputName: "")
    if !isQuiet { StandardError.print("wrote      \(output.path!) (\(frames.count) frames)") }
  }
}

extension Image {
  /// The image in the middle of a white one, for inputs of several sizes in one animation.
  fileprivate func centered(width: Int, height: Int) -> Image {
    guard (width, height) != (self.width, self.height) else { return self }
    var canvas = Image(width: width, height: height, filledWith: .init(gray: 255))
    canvas.paste(self, x: (width - self.width) / 2, y: (height - self.height) / 2)
    return canvas
  }
}
