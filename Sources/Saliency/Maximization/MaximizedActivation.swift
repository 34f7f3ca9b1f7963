import SaliencyCore

/// What is maximized, as a function of a canvas: the mean over the windows of the network's size that it is covered with.
struct MaximizedActivation {
  /// The activation of a canvas, its gradient, and the attribution of the last window.
  struct Result {
    var activation = 0.0
    var gradient: [Double]
    var units: [Attribution.Unit] = []
  }

  private let explainer: Explainer
  private let target: Target?
  private let labels: Labels?
  /// Height and width of the network's input and of the canvas; empty where they are no images.
  private let size: [Int]
  private let canvasSize: [Int]
  /// The input of a canvas that is as large as the network's input, as it is.
  private let whole: DifferentiableMap?
  /// The input of a canvas where it is sampled; nil where it is no image.
  private let sampled: DifferentiableMap?

  init(
    _ explainer: Explainer, _ target: Target?, _ labels: Labels?, _ form: CanvasForm, canvasShape: Shape,
    _ executor: Executor
  ) async throws {
    (self.explainer, self.target, self.labels) = (explainer, target, labels)
    size = form.size
    canvasSize = form.preprocessing == nil ? [] : Array(canvasShape[2...])
    whole =
      size == canvasSize
      ? try await DifferentiableMap(of: canvasShape, on: executor) { canvas, _ in form.input(of: canvas) }
      : nil
    sampled =
      form.preprocessing == nil
      ? nil
      : try await DifferentiableMap(of: canvasShape, points: [1] + form.size + [2], on: executor) {
        form.input(of: $0.applying(RandomTransform.sampling, $1!))
      }
  }

  /// The activation of a canvas that is moved at random.
  func callAsFunction(
    of canvas: Tensor, moved transform: RandomTransform, _ random: inout SplitMix64
  ) async throws -> Result {
    var result = Result(gradient: [Double](repeating: 0, count: canvas.shape.elementCount))
    if let whole, transform == .none {
      try await add(canvas, nil, whole, share: 1, to: &result)
      return result
    }
    let windows = windows(moved: transform != .none, &random)
    for window in windows {
      try await add(
        canvas, transform.points(of: window, &random), sampled!, share: 1 / Double(windows.count), to: &result
      )
    }
    return result
  }

  private func add(
    _ canvas: Tensor, _ points: Tensor?, _ map: DifferentiableMap, share: Double, to result: inout Result
  ) async throws {
    let attribution = try await explainer.attribution(
      of: map(canvas, points), target: target, labels: labels)
    result.activation += share * attribution.explainedSum
    result.units = attribution.units.flatMap(\.self)
    let gradient = try await map.pullback(of: attribution.values, at: canvas, points)
    for (element, slope) in gradient.values.enumerated() { result.gradient[element] += share * Double(slope) }
  }

  /// Windows that cover the canvas evenly; where there are several they are moved by up to an eighth, so that no seam stays in one place.
  private func windows(moved: Bool, _ random: inout SplitMix64) -> [RandomTransform.Window] {
    func centers(_ axis: Int) -> [Double] {
      let (size, canvas) = (size[axis], canvasSize[axis])
      let count = (canvas + size - 1) / size
      guard count > 1 else { return [Double(canvas) / 2] }
      let shift = moved ? Double(random.nextIndex(below: size / 4 + 1) - size / 8) : 0
      return (0..<count).map {
        Double(size) / 2 + Double($0 * (canvas - size)) / Double(count - 1) + shift
      }
    }
    let (rows, columns) = (centers(0), centers(1))
    return rows.flatMap { y in
      columns.map { .init(size: size, canvas: canvasSize, center: (y, $0)) }
    }
  }
}

extension Attribution {
  /// The sum of the units that are explained, or the weighted sum of the losses, of the whole batch.
  var explainedSum: Double {
    guard losses.isEmpty else {
      return losses.reduce(0) { $0 + Double($1.weight) * $1.values.reduce(0) { $0 + Double($1) } }
    }
    return units.joined().reduce(0) { sum, unit in
      sum + Double(provenance.side == .probability ? unit.probability ?? unit.score : unit.score)
    }
  }
}
