public import SaliencyCore
public import SaliencyImage

/// Makes an input that maximizes a unit, a filter, or any losses: what the network has learnt to look for (Erhan et al., "Visualizing Higher-Layer
/// Features of a Deep Network", 2009; Olah et al., "Feature Visualization", 2017).
///
/// From noise or an image, each step moves the parameters θ of the input x(θ) by an ``Optimizer`` so that
/// Σ λᵢ Rᵢ(x) − f(T(x)) falls, for the activation f, regularizers R with weights λ, and a random transform T. The gradient is that of the network's
/// graph, as ``Explainer`` computes it, led back through T and x(θ) by the same rules.
///
/// An image stays displayable: its pixels lie between black and white as the model's preprocessing has them. Runs the network forward and backward once a step and
/// window. The same settings and machine give the same bytes.
public struct ActivationMaximization: Sendable {
  /// What the first input is.
  public enum Start: Sendable {
    /// Normally distributed parameters around zero, which is gray.
    case noise
    /// An image of any size, which is resized and cropped as the preprocessing says.
    case image(Image)
    /// An input as the network takes it.
    case tensor(Tensor)
  }

  /// Sizes that the image is drawn at one after the other, so that a small window of the network sees and adds ever finer details (Mordvintsev et al.,
  /// "Inceptionism: Going Deeper into Neural Networks", 2015). The first is the network's.
  public struct Octaves: Sendable, Hashable {
    /// How many sizes there are.
    public let count: Int
    /// The factor from one size to the next.
    public let scale: Double

    /// - Precondition: there is an octave, and the factor is above 1 and at most 4.
    public init(count: Int = 4, scale: Double = 1.4) {
      precondition(
        count >= 1 && scale > 1 && scale <= 4, "`count` must be at least 1, `scale` above 1 and at most 4")
      (self.count, self.scale) = (count, scale)
    }

    /// The network's size alone.
    public static let one = Octaves(count: 1)
  }

  /// A Gaussian blur between steps (Yosinski et al., "Understanding Neural Networks Through Deep Visualization", 2015).
  public struct Blur: Sendable, Hashable {
    /// The input is blurred after each `interval` steps, but not after the last.
    public let interval: Int
    /// The standard deviation in pixels.
    public let standardDeviation: Double

    /// - Precondition: the interval and the deviation are positive.
    public init(every interval: Int = 8, standardDeviation: Double = 0.4) {
      precondition(
        interval >= 1 && standardDeviation > 0,
        "`interval` must be at least 1 and `standardDeviation` above 0")
      (self.interval, self.standardDeviation) = (interval, standardDeviation)
    }
  }

  /// The steps of each octave.
  public var steps: Int
  /// How parameters follow the gradient.
  public var optimizer: any Optimizer
  /// The numbers that are moved.
  public var parameterization: Parameterization
  /// What the input should have little of.
  public var regularizers: [Regularizer]
  /// How the input is moved at random before each step.
  public var transform: RandomTransform
  /// Nil where nothing is blurred.
  public var blur: Blur?
  /// The sizes that the image is drawn at.
  public var octaves: Octaves
  /// What the first input is.
  public var start: Start
  /// Where an input that is no image has to lie; everywhere where nil.
  public var bounds: ClosedRange<Float>?
  /// Where the random numbers start; the same seed gives the same bytes.
  public var seed: UInt64

  /// Settings that suit images.
  public init(
    steps: Int = 256, optimizer: any Optimizer = Adam(), parameterization: Parameterization = .fourier(),
    regularizers: [Regularizer] = [], transform: RandomTransform = RandomTransform(), blur: Blur? = Blur(),
    octaves: Octaves = .one, start: Start = .noise, bounds: ClosedRange<Float>? = nil, seed: UInt64 = 0
  ) {
    (self.steps, self.optimizer, self.parameterization) = (steps, optimizer, parameterization)
    (self.regularizers, self.transform, self.blur) = (regularizers, transform, blur)
    (self.octaves, self.start, self.bounds, self.seed) = (octaves, start, bounds, seed)
  }

  /// Settings that suit inputs of any kind: the numbers themselves, by Adam, with a small L2 norm.
  public static let plain = ActivationMaximization(
    parameterization: .pixels, regularizers: [.norm(weight: 0.01)], transform: .none, blur: nil)

  /// DeepDream's settings for an image: octaves of the image's own pixels, by normalized gradients.
  public static func deepDream(on image: Image) -> ActivationMaximization {
    ActivationMaximization(
      steps: 20, optimizer: GradientDescent(), parameterization: .pixels,
      transform: RandomTransform(jitter: 32, scale: 1...1, rotation: 0), blur: nil, octaves: Octaves(),
      start: .image(image))
  }

  /// Receives what is reached before each step, and says whether to go on.
  public typealias Progress = (MaximizationStep) throws -> Bool

  /// Makes an input that maximizes what a question asks about; its method and modifier are of no account.
  ///
  /// - Parameters:
  ///   - question: units, the best one where it has no target, or losses. A target that depends on scores is chosen anew at each step.
  ///   - model: the network.
  ///   - labels: the names of the network's classes; needed where the target uses names.
  ///   - inputShape: the shape of the input, as for ``Explainer``.
  ///   - preprocessing: how images become inputs, as for ``Explainer``.
  ///   - executor: where it runs; where nil, on ``Executor/shared``.
  ///   - progress: is called before each step; after `false` there are no more.
  /// - Throws: what ``Explainer`` throws; `SaliencyError` where a setting is for images and the input is none, or does not fit the model.
  public func maximize(
    _ question: Question, in model: Model, labels: Labels? = nil, inputShape: Shape? = nil,
    preprocessing: Preprocessing? = nil, executor: Executor? = nil, progress: Progress = { _ in true }
  ) async throws -> MaximizedInput {
    var question = question.asked(by: .gradient)
    question.modifier = .none
    question.prefersBoxes = false
    let explainer = try await Explainer(
      model, question, inputShape: inputShape, preprocessing: preprocessing, executor: executor)
    let target = question.losses.isEmpty ? question.target ?? .top : nil
    return try await SaliencyError.naming(explainer.model.path) {
      try await Maximizer(self, explainer, target, labels).run(progress)
    }
  }

  /// Makes an input that maximizes units together.
  ///
  /// - Parameters:
  ///   - target: the units; a target that depends on scores is chosen anew at each step.
  ///   - model: the network.
  ///   - layer: the layer whose units are meant; the network's output where nil. A unit with spatial axes counts with its mean over them.
  ///   - side: which side of a final softmax or sigmoid is maximized.
  ///   - labels: the names of the network's classes; needed where the target uses names.
  ///   - inputShape: the shape of the input, as for ``Explainer``.
  ///   - preprocessing: how images become inputs, as for ``Explainer``.
  ///   - executor: where it runs; where nil, on ``Executor/shared``.
  ///   - progress: is called before each step; after `false` there are no more.
  /// - Throws: what ``Explainer`` throws; `SaliencyError` where a setting is for images and the input is none, or does not fit the model.
  public func maximize(
    _ target: Target, in model: Model, layer: LayerReference? = nil, side: OutputSide = .score,
    labels: Labels? = nil, inputShape: Shape? = nil, preprocessing: Preprocessing? = nil,
    executor: Executor? = nil, progress: Progress = { _ in true }
  ) async throws -> MaximizedInput {
    try await maximize(
      Question(target, layer: layer, side: side), in: model, labels: labels, inputShape: inputShape,
      preprocessing: preprocessing, executor: executor, progress: progress)
  }

  /// Makes an input that maximizes the weighted sum of losses.
  ///
  /// - Parameters:
  ///   - losses: each loss with its weight; a negative weight asks for the loss to fall.
  ///   - model: the network.
  ///   - inputShape: the shape of the input, as for ``Explainer``.
  ///   - preprocessing: how images become inputs, as for ``Explainer``.
  ///   - executor: where it runs; where nil, on ``Executor/shared``.
  ///   - progress: is called before each step; after `false` there are no more.
  /// - Throws: what maximizing a target throws, and what the losses throw.
  public func maximize(
    _ losses: [(Loss, weight: Float)], in model: Model, inputShape: Shape? = nil,
    preprocessing: Preprocessing? = nil, executor: Executor? = nil, progress: Progress = { _ in true }
  ) async throws -> MaximizedInput {
    guard !losses.isEmpty else {
      throw SaliencyError(.invalidSetting, "no losses are given; give at least one", file: model.path)
    }
    return try await maximize(
      Question(losses: losses.map { ($0.0, $0.weight) }), in: model, inputShape: inputShape,
      preprocessing: preprocessing, executor: executor, progress: progress)
  }
}
