import SaliencyCore
import SaliencyImage

/// A run of ``ActivationMaximization``.
struct Maximizer {
  private let settings: ActivationMaximization
  private let explainer: Explainer
  private let target: Target?
  private let labels: Labels?
  private let form: CanvasForm
  private let executor: Executor

  init(
    _ settings: ActivationMaximization, _ explainer: Explainer, _ target: Target?, _ labels: Labels?
  ) throws(SaliencyError) {
    (self.settings, self.explainer, self.target, self.labels) = (settings, explainer, target, labels)
    form = CanvasForm(
      inputShape: explainer.form.shape, preprocessing: try? explainer.form.preprocessing.get())
    try form.preprocessing?.requireFittingNumbers()
    executor = explainer.engine.executor
    try explainer.check(labels)
    guard settings.steps >= 0 else {
      throw SaliencyError(.invalidSetting, "\(settings.steps) steps cannot be made; give 0 or more")
    }
    guard form.preprocessing == nil else { return }
    let forImages = [
      (settings.parameterization != .pixels, "a Fourier parameterization"),
      (settings.transform != .none, "a random transform"),
      (settings.octaves.count > 1, "a number of octaves"),
      (settings.blur != nil, "a blur"),
    ]
    for (isUsed, name) in forImages where isUsed { throw form.notImage(name) }
  }

  /// What came of the steps so far.
  private struct Course {
    var random: SplitMix64
    var activations: [Double] = []
    var losses: [Double] = []
    var isStopped = false
  }

  func run(_ progress: ActivationMaximization.Progress) async throws -> MaximizedInput {
    var course = Course(random: SplitMix64(seed: settings.seed))
    let sizes = try sizes()
    var basis = try await basis(size: sizes[0])
    var canvas = try await optimized(
      from: isNoise ? nil : basis, shape: basis.shape, octave: 0, &course, progress)
    for (octave, size) in sizes.enumerated().dropFirst() where !course.isStopped {
      // What was drawn is carried to the next size, not the blur of an image that was small.
      let next = try await self.basis(size: size)
      let drawn = try await enlarged(sum(canvas, basis, factor: -1), to: size)
      let start = sum(next, drawn, factor: 1)
      canvas = try await optimized(from: start, shape: next.shape, octave: octave, &course, progress)
      basis = next
    }
    return try await result(canvas, course)
  }

  /// A canvas after the steps of an octave.
  ///
  /// - Parameter start: where they begin; at noise where nil.
  private func optimized(
    from start: Tensor?, shape: Shape, octave: Int, _ course: inout Course,
    _ progress: ActivationMaximization.Progress
  ) async throws -> Tensor {
    let activation = try await activation(shape)
    let regularization = try await Regularization(settings.regularizers, canvasShape: shape, executor)
    let drawing = try await Drawing(settings.parameterization, canvasShape: shape, executor)
    var parameters: [Double]
    if let start {
      parameters = try await drawing.parameters(of: start)
    } else {
      parameters = noise(shape, &course.random)
    }
    constrain(&parameters)
    var canvas = try await drawing.canvas(of: parameters)
    var optimizer = settings.optimizer
    for step in 0..<settings.steps {
      let result = try await activation(of: canvas, moved: settings.transform, &course.random)
      var gradient = result.gradient.map { -$0 }
      let terms = try await regularization.terms(of: canvas, addingTo: &gradient)
      let report = MaximizationStep(
        index: octave * settings.steps + step, count: settings.octaves.count * settings.steps, octave: octave,
        activation: result.activation, terms: terms, canvas: canvas, form: form)
      course.activations.append(report.activation)
      course.losses.append(report.loss)
      guard try progress(report) else {
        course.isStopped = true
        return canvas
      }
      optimizer.step(&parameters, along: try await drawing.pullback(of: gradient, at: parameters))
      constrain(&parameters)
      canvas = try await drawing.canvas(of: parameters)
      if let blur = settings.blur, (step + 1) % blur.interval == 0, step + 1 < settings.steps {
        let blurred = GaussianBlur(shape, channelAxis: 1)(
          canvas.values.map { Double($0) }, standardDeviation: blur.standardDeviation)
        parameters = try await drawing.parameters(
          of: Tensor(shape: shape, values: blurred.map { Float($0) }))
        canvas = try await drawing.canvas(of: parameters)
      }
    }
    return canvas
  }

  private func activation(_ canvasShape: Shape) async throws -> MaximizedActivation {
    try await MaximizedActivation(explainer, target, labels, form, canvasShape: canvasShape, executor)
  }

  private func result(_ canvas: Tensor, _ course: Course) async throws -> MaximizedInput {
    var random = course.random
    let last = try await activation(canvas.shape)(of: canvas, moved: .none, &random)
    var gradient = last.gradient
    let terms = try await Regularization(settings.regularizers, canvasShape: canvas.shape, executor)
      .terms(of: canvas, addingTo: &gradient)
    return MaximizedInput(
      input: try await converted(canvas) { form.input(of: $0) }, image: form.image(of: canvas),
      activation: last.activation, units: last.units, layer: explainer.provenance.layer, terms: terms,
      activations: course.activations, losses: course.losses)
  }
}

/// Where canvases begin and what keeps them in their range.
extension Maximizer {
  private var isNoise: Bool { if case .noise = settings.start { true } else { false } }

  /// Heights and widths of the octaves, smallest first.
  private func sizes() throws(SaliencyError) -> [[Int]] {
    var sizes: [[Int]] = []
    var factor = 1.0
    for octave in 0..<settings.octaves.count {
      let sides = form.size.map { (Double($0) * factor).rounded() }
      guard sides.reduce(1, *) <= 0x1p22 else {
        throw SaliencyError(
          .invalidSetting,
          "octave \(octave) would have too many pixels, more than \(1 << 22); give fewer octaves or a smaller scale"
        )
      }
      sizes.append(sides.map { Int($0) })
      factor *= settings.octaves.scale
    }
    return sizes
  }

  /// What a canvas of a size begins with: the seed, or gray.
  private func basis(size: [Int]) async throws -> Tensor {
    let shape = form.canvasShape(size: size)
    switch settings.start {
    case .noise: return Tensor(shape: shape, values: [Float](repeating: 0, count: shape.elementCount))
    case .image(let image): return try form.canvas(of: image, size: size)
    case .tensor(let tensor):
      guard tensor.shape == form.inputShape else {
        throw SaliencyError(
          .invalidInput,
          "a tensor of \(tensor.shape.text) is given to start from, where the input is \(form.inputShape.text)"
        )
      }
      try tensor.requireFiniteInput()
      return try await enlarged(converted(tensor) { form.canvas(of: $0) }, to: size)
    }
  }

  private func noise(_ shape: Shape, _ random: inout SplitMix64) -> [Double] {
    var numbers = GaussianNoise(seed: random.next())
    let standardDeviation = Double(settings.parameterization.noiseDeviation)
    return (0..<shape.elementCount).map { _ in standardDeviation * Double(numbers.next()) }
  }

  private func constrain(_ parameters: inout [Double]) {
    guard settings.parameterization == .pixels else { return }
    guard
      let bounds = form.preprocessing == nil
        ? settings.bounds.map({ Double($0.lowerBound)...Double($0.upperBound) }) : -0.5...0.5
    else { return }
    for index in parameters.indices {
      parameters[index] = min(max(parameters[index], bounds.lowerBound), bounds.upperBound)
    }
  }

  private func sum(_ a: Tensor, _ b: Tensor, factor: Float) -> Tensor {
    Tensor(shape: a.shape, values: zip(a.values, b.values).map { $0 + factor * $1 })
  }

  private func converted(_ tensor: Tensor, _ formula: (Value) -> Value) async throws -> Tensor {
    let builder = GraphBuilder()
    let graph = try builder.graph(outputs: [formula(builder.input("tensor", shape: tensor.shape))])
    return try await executor.run(executor.compile(graph.optimized()), ["tensor": tensor])[0]
  }

  /// A canvas at another height and width, linearly between its pixels.
  private func enlarged(_ canvas: Tensor, to size: [Int]) async throws -> Tensor {
    guard form.preprocessing != nil, Array(canvas.shape[2...]) != size else { return canvas }
    return try await converted(canvas) { value in
      func coordinate(_ index: Int, _ count: Int) -> Float { Float(2 * index + 1) / Float(count) - 1 }
      var points: [Float] = []
      for row in 0..<size[0] {
        for column in 0..<size[1] {
          points += [coordinate(column, size[1]), coordinate(row, size[0])]
        }
      }
      let sampling = GridSampling(.init(filter: .linear, border: .edge, alignsCorners: false))
      return value.applying(
        sampling, value.builder.constant(Tensor(shape: [1] + size + [2], values: points)))
    }
  }
}
