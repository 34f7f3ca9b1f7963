public import ArgumentParser
public import Saliency

extension ResamplingFilter: @retroactive ExpressibleByArgument {}
extension Preprocessing.Crop: @retroactive ExpressibleByArgument {}
extension Preprocessing.Channels: @retroactive ExpressibleByArgument {}
extension OutputSide: @retroactive ExpressibleByArgument {}

/// How an image of other proportions becomes the network's input.
enum ImageFit: String, CaseIterable, ExpressibleByArgument {
  case letterbox, crop, stretch

  var crop: Preprocessing.Crop {
    switch self {
    case .letterbox: .letterbox
    case .crop: .center
    case .stretch: .none
    }
  }
}

/// How the image becomes the tensor.
struct PreprocessingOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("Height and width of the network's input, such as 224 or 240x320.", valueName: "size"))
  var size: String?

  @Option(help: "How images are resized.")
  var resize: ResamplingFilter?

  @Option(
    help:
      "How images of other proportions are fitted: crop cuts the center out, stretch resizes both sides, and letterbox adds gray, as detectors have it."
  )
  var fit: ImageFit?

  @Option(help: "The same as --fit by other names: center is crop, and none is stretch.")
  var crop: Preprocessing.Crop?

  @Option(
    help: "Length to which the shorter side is resized before the center is cut out (default: size / 0.875).")
  var shorterSide: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Subtracted from pixels after scaling: one number, or one a channel.", valueName: "m[,m,m]"))
  var mean: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "What is divided by after that: one number, or one a channel.", valueName: "s[,s,s]"))
  var std: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "What pixels from 0 to 255 are multiplied by first, as a number or a fraction such as 1/255."))
  var scale: String?

  @Option(help: "Order of the channels in the tensor.")
  var channels: Preprocessing.Channels?

  func validate() throws { _ = try settings() }

  /// The values that are given.
  func settings() throws -> PreprocessingSettings {
    var settings = PreprocessingSettings()
    settings.size = try size.map { text in
      let sides = text.lowercased().split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
      guard 1...2 ~= sides.count, let height = sides[0], let width = sides[sides.count - 1],
        [height, width].allSatisfy({ 1...65_535 ~= $0 })
      else { throw ValidationError("'\(text)' is no size; give one number or HEIGHTxWIDTH, from 1 to 65535") }
      return [height, width]
    }
    settings.filter = resize
    settings.crop =
      try fit.map { fit in
        guard crop == nil || crop == fit.crop else {
          throw ValidationError("--fit and --crop say different things; give one of them")
        }
        return fit.crop
      } ?? crop
    if let shorterSide {
      guard 1...65_535 ~= shorterSide else {
        throw ValidationError("--shorter-side has to lie between 1 and 65535")
      }
      settings.shorterSide = shorterSide
    }
    settings.channels = channels
    settings.mean = try mean.map { try numbers($0, "--mean") }
    settings.standardDeviation = try std.map { try numbers($0, "--std") }
    if settings.standardDeviation?.contains(0) == true { throw ValidationError("--std must not be 0") }
    settings.scale = try scale.map { text in
      let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { Float($0) }
      guard 1...2 ~= parts.count, let upper = parts[0], let lower = parts.count == 2 ? parts[1] : 1,
        lower != 0,
        (upper / lower).isFinite
      else { throw ValidationError("'\(text)' is no scale; give a number or a fraction such as 1/255") }
      return upper / lower
    }
    return settings
  }

  private func numbers(_ text: String, _ option: String) throws -> [Float] {
    let parts = text.split(separator: ",", omittingEmptySubsequences: false).map {
      Float($0.filter { $0 != " " })
    }
    let values = parts.compactMap { $0 }
    guard values.count == parts.count, [1, 3].contains(values.count), values.allSatisfy(\.isFinite) else {
      throw ValidationError("'\(text)' is no value for \(option); give one number, or three joined by commas")
    }
    return values
  }
}
