import SaliencyCore
import SaliencyImage
import SaliencyTestSupport
import Testing

@testable import Saliency

/// The formulas that lead from parameters to a network's input, in double precision against central differences.
@Suite("Formulas of activation maximization")
struct MaximizationFormulaTests {
  private static let canvas: Shape = [1, 3, 5, 6]

  private static let terms: [Regularizer] = [
    .totalVariation(weight: 1), .totalVariation(weight: 1, power: 1), .totalVariation(weight: 1, power: 3),
    .norm(weight: 1), .norm(weight: 1, power: 6), .norm(weight: 1, power: 3), .norm(weight: 1, power: 1),
  ]

  static let regularizers: [CheckedFunction] = terms.enumerated().map { index, regularizer in
    // Away from 0, where powers below 4 have no second derivative.
    let argument = CheckedFunction.Argument(canvas, in: 0.1...0.5)
    return CheckedFunction("\(regularizer.name), case \(index)", [argument]) { _, arguments, _ in
      (try? regularizer.body(arguments[0])) ?? arguments[0]
    }
  }

  static let parameterizations: [CheckedFunction] = [1, 3].flatMap { (channels: Int) -> [CheckedFunction] in
    let shape: Shape = [1, channels, 5, 6]
    let kinds: [Parameterization] = [.pixels, .fourier(), .fourier(decay: 1.5)]
    return kinds.flatMap { kind -> [CheckedFunction] in
      let canvas = CheckedFunction("canvas of \(shape.text) by \(kind)", [.init(shape)]) { _, arguments, _ in
        kind.canvas(of: arguments[0])
      }
      let range: ClosedRange<Float> = -0.4...0.4
      let parameters = CheckedFunction(
        "parameters of \(shape.text) by \(kind)", [.init(shape, in: range)]
      ) { _, arguments, _ in
        kind.parameters(of: arguments[0])
      }
      return [canvas, parameters]
    }
  }

  private static let moves: [RandomTransform] = [
    .none, RandomTransform(jitter: 2, scale: 1...1, rotation: 0),
    RandomTransform(jitter: 0, scale: 0.5...0.8, rotation: 0),
    RandomTransform(jitter: 0, scale: 1...1, rotation: 90), RandomTransform(),
  ]

  static let transforms: [CheckedFunction] = moves.enumerated().map { index, transform in
    CheckedFunction("a random transform, case \(index)", [.init([1, 2, 7, 8])]) { builder, arguments, _ in
      var random = Saliency.SplitMix64(seed: UInt64(index))
      let points = transform.points(of: .init(size: [5, 6], canvas: [7, 8], center: (3.5, 4)), &random)
      return arguments[0].applying(RandomTransform.sampling, builder.constant(points))
    }
  }

  @Test(
    "Values and derivatives agree with the definitions of the operations and with central differences",
    arguments: regularizers + parameterizations + transforms)
  func derivatives(_ function: CheckedFunction) async throws {
    let report = try await GradientChecker(.shared).check(function)
    #expect(report.value <= 1e-4, "value")
    #expect(report.gradient <= 1e-4, "gradient")
    #expect(report.derivative <= 1e-6, "derivative against central differences")
  }

  @Test("The executed adjoint of a transform is adjoint: ⟨T x, y⟩ = ⟨x, Tᵀ y⟩", arguments: 0..<8)
  func adjoint(seed: Int) async throws {
    var random = Saliency.SplitMix64(seed: UInt64(seed))
    let points = RandomTransform(jitter: 3, scale: 0.6...1.6, rotation: 45).points(
      of: .init(size: [9, 11], canvas: [12, 13], center: (5, 7)), &random)
    let (x, y) = (
      Tensor.noise(of: [1, 3, 12, 13], seed: UInt64(seed)), Tensor.noise(of: [1, 3, 9, 11], seed: 99)
    )
    let map = try await DifferentiableMap(of: x.shape, points: points.shape, on: .shared) {
      $0.applying(RandomTransform.sampling, $1!)
    }
    func product(_ a: Tensor, _ b: Tensor) -> Double {
      zip(a.values, b.values).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }
    let (left, right) = (
      product(try await map(x, points), y), product(x, try await map.pullback(of: y, at: x, points))
    )
    #expect(abs(left - right) < 1e-4 * max(1, abs(left)), "\(left), \(right)")
  }

  @Test("A transform of nothing samples the pixels, and a jitter shifts them by whole ones")
  func shifts() async throws {
    let x = Tensor.noise(of: [1, 1, 6, 6])
    let map = try await DifferentiableMap(of: x.shape, points: [1, 6, 6, 2], on: .shared) {
      $0.applying(RandomTransform.sampling, $1!)
    }
    var random = Saliency.SplitMix64(seed: 4)
    let window = RandomTransform.Window(size: [6, 6], canvas: [6, 6], center: (3, 3))
    let same = try await map(x, RandomTransform.none.points(of: window, &random))
    #expect(relativeError(same.values, x.values) < 1e-5)
    let moved = try await map(
      x, RandomTransform(jitter: 1, scale: 1...1, rotation: 0).points(of: window, &random)
    ).values
    // Of the middle, every pixel is one of the nine around it, by the same shift.
    let shifts = (-1...1).flatMap { dy in (-1...1).map { dx in dy * 6 + dx } }
    #expect(
      shifts.contains { shift in
        [14, 15, 20, 21].allSatisfy { abs(moved[$0] - x.values[$0 + shift]) < 1e-4 }
      })
  }

  @Test("Parameters of a canvas give the canvas", arguments: [Shape]([[1, 3, 12, 10], [1, 1, 7, 9]]))
  func inverse(shape: Shape) async throws {
    var random = Saliency.SplitMix64(seed: 1)
    let canvas = Tensor(
      shape: shape, values: (0..<shape.elementCount).map { _ in Float(random.nextShare() * 0.9 - 0.45) })
    for parameterization in [Parameterization.pixels, .fourier(), .fourier(decay: 2)] {
      let drawing = try await Drawing(parameterization, canvasShape: shape, .shared)
      let drawn = try await drawing.canvas(of: drawing.parameters(of: canvas))
      #expect(relativeError(drawn.values, canvas.values) < 1e-5, "\(parameterization)")
    }
  }

  @Test("Noise in Fourier's waves has the larger share in the slower ones")
  func spectrum() async throws {
    let shape: Shape = [1, 1, 32, 32]
    let drawing = try await Drawing(.fourier(), canvasShape: shape, .shared)
    let values = try await drawing.canvas(of: Tensor.noise(of: shape).values.map { 0.1 * Double($0) }).values
    // Neighbors are alike, where white noise has √2 deviations between them.
    let differences = (0..<31 * 32).map { Double(values[$0 + 32] - values[$0]) }
    #expect(norm(differences) < norm(values.map { Double($0) }))
    #expect(values.allSatisfy { abs($0) < 0.5 })
  }
}
