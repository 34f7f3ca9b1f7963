import ArgumentParser
import Saliency

/// How an input is found that maximizes something.
struct MaximizationOptions: ParsableArguments {
  enum OptimizerName: String, ExpressibleByArgument, CaseIterable {
    case adam, rmsprop, gradient

    func optimizer(learningRate: Double?) -> any Optimizer {
      switch self {
      case .adam: learningRate.map { Adam(learningRate: $0) } ?? Adam()
      case .rmsprop: learningRate.map { RMSProp(learningRate: $0) } ?? RMSProp()
      case .gradient: learningRate.map { GradientDescent(learningRate: $0) } ?? GradientDescent()
      }
    }
  }

  enum ParameterizationName: String, ExpressibleByArgument, CaseIterable {
    case pixels, fourier
  }

  @Option(
    help: ArgumentHelp(
      "What it starts from: noise, an image, or an input in a .npy file.", valueName: "noise|file"))
  var from = "noise"

  @Option(help: "How many steps are made, in each octave (default: 256, of several octaves 20).")
  var steps: Int?

  @Option(
    name: [.customLong("optimizer"), .customLong("optimiser")],
    help:
      "How the numbers follow the gradient: adam, rmsprop, or the normalized gradient itself (default: adam, of several octaves gradient)."
  )
  var optimizer: OptimizerName?

  @Option(help: "How far a step goes (default: 0.04 for adam, 0.02 for rmsprop, 0.01 for gradient).")
  var learningRate: Double?

  @Option(
    name: [.customLong("parameterization"), .customLong("parameterisation")],
    help:
      "The numbers that are moved: pixels, or Fourier's waves in decorrelated colors (default: fourier, of several octaves and of what is no image pixels)."
  )
  var parameterization: ParameterizationName?

  @Option(help: "The power of the frequency that Fourier's waves are divided by; more of it is smoother.")
  var decay: Float = 1

  @Option(help: "The weight of the total variation, which is subtracted.")
  var totalVariation: Float = 0

  @Option(
    help:
      "The weight of the norm, which is subtracted: the sum of the numbers' powers, in images from -0.5 for black to 0.5 for white (default: 0, of what is no image 0.01)."
  )
  var norm: Float?

  @Option(help: "The exponent of the norm.")
  var normPower: Float = 2

  @Option(
    help:
      "The most pixels that the image is shifted by at random before each step (default: 16, of several octaves 32, but no more than an eighth of its side)."
  )
  var jitter: Int?

  @Option(
    help:
      "The most that it is enlarged or shrunk by at random, as a share (default: 0.2, of several octaves 0).")
  var zoom: Double?

  @Option(
    help: "The most degrees that it is turned by at random, either way (default: 15, of several octaves 0).")
  var rotation: Double?

  @Option(
    help:
      "The standard deviation in pixels of a blur between steps; 0 for none (default: 0.4, of several octaves 0)."
  )
  var blur: Double?

  @Option(help: "How many steps lie between two blurs.")
  var blurInterval = 8

  @Option(
    help:
      "How many sizes the image is drawn at one after the other, from the network's upwards, as DeepDream does."
  )
  var octaves = 1

  @Option(help: "The factor from one octave to the next.")
  var octaveScale = 1.4

  @Option(help: "Where the random numbers start; the same seed gives the same bytes.")
  var seed: UInt64 = 0

  func validate() throws {
    try Self.require("--steps", steps, in: 1...100_000)
    try Self.require("--learning-rate", learningRate, in: 1e-9...1e9)
    try Self.require("--total-variation", totalVariation, in: 0...1e9)
    try Self.require("--norm", norm, in: 0...1e9)
    try Self.require("--norm-power", normPower, in: 0.01...100)
    try Self.require("--decay", decay, in: 0...4)
    try Self.require("--jitter", jitter, in: 0...10_000)
    try Self.require("--zoom", zoom, in: 0...0.9)
    try Self.require("--rotation", rotation, in: 0...180)
    try Self.require("--blur", blur, in: 0...100)
    try Self.require("--blur-interval", blurInterval, in: 1...100_000)
    try Self.require("--octaves", octaves, in: 1...16)
    guard octaveScale > 1, octaveScale <= 4 else {
      throw ValidationError("--octave-scale has to lie above 1 and be at most 4")
    }
    guard !from.isEmpty else { throw ValidationError("--from has to name a file, or be noise") }
  }

  private static func require<Number: Comparable>(
    _ option: String, _ value: Number?, in range: ClosedRange<Number>
  ) throws {
    guard let value, !range.contains(value) else { return }
    throw ValidationError("\(option) has to lie between \(range.lowerBound) and \(range.upperBound)")
  }

  /// The file that is started from; nil for noise.
  var seedFile: InputFile? { from == "noise" ? nil : InputFile(path: from) }

  /// The settings for a model.
  ///
  /// - Parameter size: height and width of its input; nil where that is no image.
  func settings(for model: Model, size: [Int]?) throws -> ActivationMaximization {
    let isDream = octaves > 1
    var settings = size == nil ? ActivationMaximization.plain : ActivationMaximization()
    settings.steps = steps ?? (isDream ? 20 : 256)
    settings.optimizer = (optimizer ?? (isDream ? .gradient : .adam)).optimizer(learningRate: learningRate)
    let defaultName: ParameterizationName = isDream || size == nil ? .pixels : .fourier
    settings.parameterization =
      (parameterization ?? defaultName) == .pixels ? .pixels : .fourier(decay: decay)
    if let norm { settings.regularizers = norm == 0 ? [] : [.norm(weight: norm, power: normPower)] }
    if totalVariation > 0 { settings.regularizers.append(.totalVariation(weight: totalVariation)) }
    let defaultJitter = size.map { min(isDream ? 32 : 16, $0.min()! / 8) } ?? 0
    let zoom = zoom ?? (isDream || size == nil ? 0 : 0.2)
    settings.transform = RandomTransform(
      jitter: jitter ?? defaultJitter, scale: 1 - zoom...1 + zoom,
      rotation: rotation ?? (isDream || size == nil ? 0 : 15))
    let blur = blur ?? (isDream || size == nil ? 0 : 0.4)
    settings.blur = blur > 0 ? .init(every: blurInterval, standardDeviation: blur) : nil
    settings.octaves = .init(count: octaves, scale: octaveScale)
    settings.seed = seed
    if let seedFile {
      switch try seedFile.contents() {
      case .image(let image): settings.start = .image(image)
      case let contents: settings.start = .tensor(try model.prepare(contents).tensor)
      }
    }
    return settings
  }
}
