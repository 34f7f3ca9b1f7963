import Saliency
import SaliencyCore

/// The Swift code of the README and of the DocC articles, between markers; `DocumentationTests` runs it.
enum DocumentationSnippets {
  static func tenLines(
    modelPath: String, labelsPath: String, imagePath: String, figurePath: String
  ) async throws -> Attribution {
    // snippet: the ten lines
    let model = try Model(contentsOf: modelPath)
    let labels = try Labels(contentsOf: labelsPath)
    let image = try Image(contentsOf: imagePath)

    let explainer = try await Explainer(model, method: .guided)
    let attribution = try await explainer.attribution(of: image, target: .top, labels: labels)

    for unit in attribution.units[0] {
      print(unit.name ?? "unit \(unit.index)", unit.score, unit.probability ?? 0)
    }
    try attribution.figure().rendered().write(to: figurePath)
    // end
    return attribution
  }

  static func gradCAM(
    modelPath: String, labelsPath: String, imagePath: String, figurePath: String
  ) async throws -> Attribution {
    // snippet: Grad-CAM in ten lines
    let model = try Model(contentsOf: modelPath)
    let labels = try Labels(contentsOf: labelsPath)
    let image = try Image(contentsOf: imagePath)

    let explainer = try await Explainer(model, method: Method(GradCAM()))
    let attribution = try await explainer.attribution(of: image, target: .top, labels: labels)

    for unit in attribution.units[0] {
      print(unit.name ?? "unit \(unit.index)", unit.score, unit.probability ?? 0)
    }
    try attribution.figure().write(to: figurePath)
    // end
    return attribution
  }

  static func places() -> [Target] {
    // snippet: places
    let pixel = Target.unit(2, at: .index(4, 5))
    let region = Target.unit(2, at: .predicted)
    // end
    return [pixel, region]
  }

  static func ownModel(
    modelPath: String, imagePath: String, labels: Labels, figurePath: String
  ) async throws -> Attribution {
    // snippet: a model of one's own
    let model = try Model(contentsOf: modelPath)
    var settings = PreprocessingSettings()
    settings.scale = 1 / 255
    settings.mean = [0.485, 0.456, 0.406]
    settings.standardDeviation = [0.229, 0.224, 0.225]
    let preprocessing = try model.preprocessing(overrides: settings, origin: "the training script")

    let explainer = try await Explainer(model, method: Method(GradCAM()), preprocessing: preprocessing)
    let attribution = try await explainer.attribution(of: Image(contentsOf: imagePath), labels: labels)
    try attribution.figure().write(to: figurePath)
    // end
    return attribution
  }

  static func measuring(model: Model) async throws -> (Benchmark, PlanProfile) {
    // snippet: time
    let benchmark = try await Benchmark(model, method: .guided)
    let (forward, gradient) = try await benchmark.measure(runs: 10)
    print("forward \(forward.median) ms, guided \(gradient.median) ms")

    let profile = try await benchmark.explainer.profile(of: benchmark.input)
    for kind in profile.kinds { print(kind.name, kind.stepCount, kind.milliseconds, kind.fraction) }
    // end
    return (benchmark, profile)
  }

  static func maximizing(model: Model, image: String) async throws -> MaximizedInput {
    // snippet: maximizing
    var maximization = ActivationMaximization(steps: 256, regularizers: [.totalVariation(weight: 1e-3)])
    maximization.seed = 1
    let result = try await maximization.maximize(.unit(3), in: model) { step in
      print(step.index, step.activation, step.loss)
      return step.activation < 20
    }
    try result.image?.write(to: image)
    // end
    return result
  }

  static func dreaming(model: Model, image: Image) async throws -> MaximizedInput {
    // snippet: dreaming
    let dream = ActivationMaximization.deepDream(on: image)
    let result = try await dream.maximize(
      [(.meanSquare(of: "/layer2/layer2.0/relu_1/Relu"), weight: 1)], in: model)
    // end
    return result
  }

  static func exporting(model: Model, path: String) async throws -> ExportReport {
    // snippet: exporting
    let explainer = try await Explainer(model, method: .guided)
    var options = ExportOptions()
    options.includesHeatMap = true
    let report = try await explainer.export(to: path, options: options)
    // end
    return report
  }

  static func evaluating(model: Model, image: Image) async throws -> Evaluator.Evaluation {
    // snippet: metrics
    let evaluator = try await Evaluator(model, method: .gradient)
    let metrics: [any ExplanationMetric] = [Insertion(), Deletion(), ModelRandomization()]
    let evaluation = try await evaluator.evaluation(of: image, metrics: metrics)
    for (metric, value) in zip(metrics, evaluation.values) {
      print(metric.name, value?.value ?? .nan, value?.curve.count ?? 0)
    }
    // end
    return evaluation
  }

  static func memoryLimit(model: Model, shape: Shape) async throws -> Explainer? {
    // snippet: memory
    let executor = try Executor(memoryLimit: 2_000_000_000)
    do {
      return try await Explainer(model, inputShape: shape, executor: executor)
    } catch let error as GraphError where error.code == .outOfMemory {
      print(error.description)
    }
    // end
    return nil
  }

  static func predictions(
    model: Model, image: Image, labels: Labels
  ) async throws -> [Attribution.Unit] {
    // snippet: the best classes
    let predictor = try await Predictor(model)
    let best = try await predictor.predictions(for: image, count: 3, labels: labels)
    // end
    return best
  }

  static func tensors(model: Model, inputPath: String, gradientPath: String) async throws -> Attribution {
    // snippet: numbers in, numbers out
    let input = try Tensor(contentsOf: inputPath)
    let explainer = try await Explainer(model, modifier: .none)
    let attribution = try await explainer.attribution(of: input, target: .unit(8))
    try attribution.values.write(to: gradientPath)
    // end
    return attribution
  }

  static func severalInputs(model: Model, queries: Tensor, values: Tensor) async throws -> Attribution {
    // snippet: several inputs
    let chosen = try model.selecting(input: "input_layer", given: ["input_layer_1": values])
    let explainer = try await Explainer(chosen, modifier: .none, inputShape: queries.shape)
    let attribution = try await explainer.attribution(of: queries, target: .unit(1))
    // end
    return attribution
  }

  static func inputsTogether(model: Model, image: Tensor, table: Tensor) async throws -> Figure {
    // snippet: inputs together
    var question = Question(.unit(1), method: Method(IntegratedGradients()))
    question.inputs = ["image", "table"]
    let inputs = ["image": image, "table": table]
    let explainer = try await Explainer(model, question, inputShapes: inputs.mapValues(\.shape))
    let attributions = try await explainer.attributions(of: inputs)
    let figure = try Figure(joint: attributions)
    // end
    return figure
  }

  static func tasks(explainer: Explainer, image: Image) async throws -> [Attribution] {
    // snippet: several tasks
    async let best = explainer.attribution(of: image)
    async let both = explainer.attribution(of: image, target: .units([3, 8]))
    let attributions = try await [best, both]
    // end
    return attributions
  }

  static func watching(model: Model, image: Image) async throws -> Attribution {
    // snippet: progress
    let explainer = try await Explainer(model, method: Method(SmoothGrad(samples: 20)))
    let attribution = try await explainer.attribution(of: image) { progress in
      print("\(progress.done) of \(progress.total) samples")
    }
    // end
    return attribution
  }

  // snippet: a service
  /// Explains images as they come.
  struct ExplanationService: Sendable {
    private let explainer: Explainer
    private let labels: Labels?

    init(model: Model, labels: Labels? = nil) async throws {
      // No more memory than this for weights and intermediate results, whatever is asked.
      let executor = try Executor(memoryLimit: 2 << 30)
      explainer = try await Explainer(model, method: Method(parsing: "smoothgrad"), executor: executor)
      self.labels = labels
    }

    /// The heat map over an image, as a PNG file.
    func overlay(
      of body: [UInt8], target: String = "top", progress: SamplingProgress.Handler? = nil
    ) async throws -> [UInt8] {
      let image = try Image(decoding: body)
      let attribution = try await explainer.attribution(
        of: image, target: try Target(parsing: target), labels: labels, progress: progress)
      return try attribution.overlay().encoded(as: .png)
    }
  }
  // end

  // snippet: responses to errors
  /// The status and the message of a response to a request that failed.
  static func response(to error: any Error) -> (status: Int, message: String) {
    switch error {
    case let error as ImageError where error.code == .unsupportedFormat: (415, error.description)
    case let error as ImageError where error.code == .tooLarge: (413, error.description)
    case let error as ImageError: (400, error.description)
    case let error as SaliencyError where error.code == .unknownTarget: (404, error.description)
    case let error as GraphError where error.code == .outOfMemory: (503, error.description)
    default: (500, "\(error)")
    }
  }
  // end

  static func cancelling(service: ExplanationService, body: [UInt8]) async throws {
    // snippet: a request that is cancelled
    let request = Task { try await service.overlay(of: body) }
    request.cancel()
    do {
      _ = try await request.value
    } catch is CancellationError {
      print("nobody waits for it any more")
    }
    // end
  }

  static func streaming(service: ExplanationService, body: [UInt8]) async throws -> [UInt8] {
    // snippet: progress as a stream
    let (steps, continuation) = AsyncStream.makeStream(of: SamplingProgress.self)
    async let image = {
      defer { continuation.finish() }
      return try await service.overlay(of: body) { continuation.yield($0) }
    }()
    for await step in steps { print("event: progress\ndata: \(step.done)/\(step.total)\n") }
    let png = try await image
    // end
    return png
  }

  static func errors(explainer: Explainer, image: Image, labels: Labels) async throws -> String {
    var message = ""
    // snippet: errors
    do {
      _ = try await explainer.attribution(
        of: image, target: Target(parsing: "tiger cat"), labels: labels)
    } catch let error as SaliencyError where error.code == .unknownTarget {
      message = error.description
    }
    // end
    return message
  }

  static func layers(model: Model, input: Tensor) async throws -> (Attribution, Network) {
    // snippet: layers
    let network = try model.network(inputShape: input.shape)
    for (index, layer) in network.layers.enumerated() {
      print(index, layer.kind, layer.shape.text, layer.name)
    }
    let explainer = try await Explainer(model, layer: "/layer2/layer2.0/relu_1/Relu")
    let attribution = try await explainer.attribution(of: input, target: .unit(13))
    // end
    return (attribution, network)
  }

  static func visualizeFilters(model: Model, input: Tensor) async throws -> Tensor {
    // snippet: visualizeSaliency of filters
    let heatMap = try await visualizeSaliency(
      of: model, layer: "/layer2/layer2.0/relu_1/Relu", filters: [13], input: input,
      method: .guided, gradientModifier: .absolute)
    // end
    return heatMap
  }

  static func visualizeLosses(model: Model, input: Tensor) async throws -> Tensor {
    // snippet: visualizeSaliency of losses
    let contrast = try await visualizeSaliency(
      of: model,
      losses: [
        (.activationMaximization(filters: [3]), 1),
        (.activationMaximization(filters: [8]), -0.5),
        (Loss("calm", of: "/layer1/layer1.0/relu/Relu") { $0.squared().mean() }, -0.1),
      ],
      input: input)
    // end
    return contrast
  }

  static func resemblance(to there: Tensor) -> Loss {
    // snippet: a loss over several layers
    let resemblance = Loss("resemblance") { activations in
      let here = try activations.activation(of: "blocks.7.add")
      return -1 * here.squaredDistance(to: activations.constant(there))
    }
    // end
    return resemblance
  }

  static func gradientModifier(model: Model, input: Tensor) async throws -> Attribution {
    // snippet: a gradient modifier
    let squared = GradientModifier("squared", isSigned: false) { $0 * $0 }
    let explainer = try await Explainer(model, modifier: squared)
    // end
    return try await explainer.attribution(of: input)
  }

  static func provenance(attribution: Attribution) -> [String] {
    // snippet: what was overridden
    let overridden = attribution.provenance.overriddenLayers
    let kept = attribution.provenance.keptActivations
    // end
    return overridden + kept
  }

  static func customRule(model: Model, input: Tensor) async throws -> Attribution {
    // snippet: a rule
    let gentle = BackpropRule("gently guided") { operation, _, output, gradient in
      guard let rectifier = operation as? Rectifier else { return nil }
      let positive = gradient.rectified()
      let negative = gradient - positive
      let softened = positive + 0.1 * negative
      return [softened.gated(by: output, above: 0, below: rectifier.ceiling ?? .infinity)]
    }
    let explainer = try await Explainer(model, method: .custom(gentle))
    let attribution = try await explainer.attribution(of: input)
    print(attribution.provenance.overriddenLayers)
    // end
    return attribution
  }

  static func relevance(model: Model, input: Tensor) async throws -> Attribution {
    // snippet: a composite
    let composite = RelevanceComposite(
      "mine",
      [
        (.first(of: .convolutions), .zBox(low: .number(-3), high: .number(3))),
        (.named("/fc/Gemm"), .epsilon(0.1)),
        (.convolutions, .gamma(0.5)),
      ])
    let explainer = try await Explainer(model, method: Method(LayerwiseRelevance(composite)))
    let attribution = try await explainer.attribution(of: input)
    if let conservation = attribution.conservation() {
      print("\(conservation.attributed) of \(conservation.explained)")
    }
    // end
    return attribution
  }

  static func preprocessing(model: Model, image: Image) async throws -> (Preprocessing, Explainer) {
    // snippet: preprocessing
    var settings = PreprocessingSettings()
    settings.filter = .bicubic
    settings.mean = [0.5]
    settings.standardDeviation = [0.5]
    let preprocessing = try model.preprocessing(overrides: settings, origin: "the training script")
    print(preprocessing.mean.value, preprocessing.mean.origin)
    print(preprocessing.size.value, preprocessing.size.origin)

    let explainer = try await Explainer(model, preprocessing: preprocessing)
    // end
    return (preprocessing, explainer)
  }

  static func largeFigure(explainer: Explainer, image: Image, figurePath: String) async throws -> Image {
    // snippet: a figure in the image's size
    let attribution = try await explainer.attribution(of: image)
    let part = try explainer.preprocessing.originalPart(of: image)
    var figure = try attribution.shown(on: part).figure()
    figure.keepsImageSize = true
    try figure.write(to: figurePath)
    // end
    return part
  }

  static func again(model: Model, input: Tensor, resultPath: String) async throws -> Attribution {
    // snippet: a result again
    let recipe = try Recipe(contentsOf: resultPath)
    let explainer = try await Explainer(model, recipe.question, inputShape: input.shape)
    let attribution = try await explainer.attribution(of: input)
    // end
    return attribution
  }

  static func openShapes(model: Model) async throws -> Explainer {
    // snippet: open shapes
    let explainer = try await Explainer(model, inputShape: [1, 3, 64, 64])
    // end
    return explainer
  }
}
