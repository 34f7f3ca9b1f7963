import SaliencyCore
import SaliencyTestSupport
import Testing

@Suite("Elementwise operations")
struct ElementwiseTests {
  /// Each function with where it is defined and smooth enough.
  static let functions: [(operation: any SaliencyCore.Operation, range: ClosedRange<Float>)] = [
    (Absolute(), -2...2),
    (Affine(scale: -1.5, offset: 0.25), -2...2),
    (Affine(scale: 0, offset: 3), -2...2),
    (Affine(scale: 1, offset: 0), -2...2),
    (Clamp(lower: -0.5, upper: 1), -2...2),
    (Clamp(lower: -.infinity, upper: 1), -2...2),
    (Clamp(lower: 0.5, upper: .infinity), -2...2),
    (ErrorFunction(), -2...2),
    (Exponential(), -2...2),
    (ExponentialLinear(alpha: 1), -2...2),
    (ExponentialLinear(alpha: 0.7), -2...2),
    (HyperbolicTangent(), -2...2),
    (LeakyRectifier(slope: 0.1), -2...2),
    (LeakyRectifier(slope: -0.5), -2...2),
    (Logarithm(), 0.2...3),
    (Power(exponent: 0), 0.2...2),
    (Power(exponent: 1), -2...2),
    (Power(exponent: 2), -2...2),
    (Power(exponent: 3), -2...2),
    (Power(exponent: 0.5), 0.2...2),
    (Power(exponent: 1.5), 0.2...2),
    (Power(exponent: -1), 0.5...2),
    (Power(exponent: -2.5), 0.5...2),
    (Rectifier(), -2...2),
    (Rectifier(ceiling: 1), -2...2),
    (Sigmoid(), -4...4),
    (Softplus(), -4...4),
    (SquareRoot(), 0.2...2),
    (HeavisideStep(), -2...2),
    (Sign(), -2...2),
    (Sine(), -4...4),
    (Cosine(), -4...4),
    (Tangent(), -1.2...1.2),
    (ArcSine(), -0.9...0.9),
    (ArcCosine(), -0.9...0.9),
    (ArcTangent(), -4...4),
    (HyperbolicSine(), -2...2),
    (HyperbolicCosine(), -2...2),
    (AreaHyperbolicSine(), -2...2),
    (AreaHyperbolicCosine(), 1.2...4),
    (AreaHyperbolicTangent(), -0.9...0.9),
    (Rounding(.down), -3...3),
    (Rounding(.up), -3...3),
    (Rounding(.towardZero), -3...3),
    (Rounding(.nearestEven), -3...3),
    (IntegerTruncation(bitCount: 8, isSigned: true), -400...400),
    (IntegerTruncation(bitCount: 4, isSigned: false), -40...40),
    (FloatClassification(.nonZero), -2...2),
    (FloatClassification(.notANumber), -2...2),
    (FloatClassification(.infinite(positive: true, negative: false)), -2...2),
  ]

  /// What is differentiated as if nothing were rounded, so that central differences say something else.
  static let straightThrough: [any SaliencyCore.Operation] = [
    Rounding(.nearestEven, isStraightThrough: true), FormatRounding(.half), FormatRounding(.brain),
    FormatRounding(
      .init(exponentBits: 4, fractionBits: 3, bias: 7, specials: .notANumberOnly, saturates: true)),
    FormatRounding(.init(exponentBits: 2, fractionBits: 1, bias: 1, specials: .none, saturates: true)),
  ]

  @Test("A straight-through rounding rounds, and passes the gradient on", arguments: straightThrough.indices)
  func roundings(_ index: Int) async throws {
    let operation = Self.straightThrough[index]
    let builder = GraphBuilder()
    let x = builder.input("x", shape: [64])
    let y = x.applying(operation)
    let gradient = try Differentiation(of: y, seed: x, withRespectTo: [x]).gradients[0]!
    var generator = SplitMix64(seed: 3)
    let values = Tensor.random([64], in: -9...9, using: &generator)
    let graph = try builder.graph(outputs: [y, gradient])
    try await expectReferenceValues(of: graph, ["x": values], tolerance: 0)
    let result = try await sharedExecutor.run(sharedExecutor.compile(graph), ["x": values])
    #expect(result[1].values == values.values)
  }

  @Test("Numbers at the limits of a format become what the format has for them")
  func formatLimits() {
    let narrow = NumberFormat(
      exponentBits: 4, fractionBits: 3, bias: 7, specials: .notANumberOnly, saturates: true)
    #expect(narrow.largest == 448)
    #expect([449, 1e9, .infinity, -.infinity].map(narrow.rounded) == [448, 448, 448, -448])
    #expect(narrow.rounded(.nan).isNaN)
    #expect([65_519, 65_520, -1e6].map(NumberFormat.half.rounded) == [65_504, .infinity, -.infinity])
    #expect([2.0 / 3e9, 6e-8, 0x1p-25].map { NumberFormat.half.rounded(Float($0)) } == [0, 0x1p-24, 0])
    let unsigned = NumberFormat(
      exponentBits: 5, fractionBits: 2, bias: 16, specials: .negativeZeroIsNaN, saturates: false)
    #expect(unsigned.largest == 57_344)
    #expect(unsigned.rounded(1e6).isNaN)
    #expect(unsigned.rounded(-0.0).sign == .plus)
  }

  static let functionsOfShapes: [CheckedFunction] = functions.flatMap { operation, range in
    ([[], [1], [7], [2, 3], [1, 24, 5, 3], [2, 1, 3, 2, 2, 3]] as [Shape]).map { shape in
      .operation(operation, [.init(shape, in: range)], "with \(operation)")
    } + [
      .operation(operation, [.init([1, 3, 4, 4], in: range)], blocked: true, "with \(operation)"),
      .operation(operation, [.init([2, 24, 5], in: range)], blocked: true, "with \(operation)"),
    ]
  }

  @Test(
    "An elementwise function and its derivatives agree with their definitions", arguments: functionsOfShapes)
  func elementwise(_ function: CheckedFunction) async throws {
    try await expectAgreement(on: function)
  }

  @Test(
    "A gate and its derivatives agree with their definitions",
    arguments: [[], [5], [1, 24, 3, 3]] as [Shape])
  func gate(_ shape: Shape) async throws {
    for blocked in [false, true] {
      try await expectAgreement(
        on: .operation(Gate(lower: -0.5), [.init(shape), .init(shape)], blocked: blocked))
      try await expectAgreement(
        on: .operation(Gate(lower: -0.5, upper: 0.5), [.init(shape), .init(shape)], blocked: blocked))
    }
  }

  /// An operation, points, and the derivative there.
  static let derivatives: [(operation: any SaliencyCore.Operation, points: [Float], slopes: [Float])] = [
    (Rectifier(), [-1, -0.0, 0, 1e-30, 2], [0, 0, 0, 1, 1]),
    (Rectifier(ceiling: 6), [-1, 0, 1, 5.5, 6, 7], [0, 0, 1, 1, 0, 0]),
    (LeakyRectifier(slope: 0.25), [-1, 0, 1], [0.25, 0.25, 1]),
    (Clamp(lower: -1, upper: 1), [-2, -1, 0, 1, 2], [0, 0, 1, 0, 0]),
    (Absolute(), [-2, 0, 2], [-1, 0, 1]),
    (ExponentialLinear(alpha: 2), [0, 3], [2, 1]),
    (Sigmoid(), [0], [0.25]),
    (Softplus(), [0], [0.5]),
  ]

  @Test("At its kinks a function has the derivative that is documented", arguments: derivatives.indices)
  func kinks(_ index: Int) async throws {
    let (operation, points, slopes) = Self.derivatives[index]
    let builder = GraphBuilder()
    let x = builder.input("x", shape: [points.count])
    let ones = builder.constant(Tensor(shape: x.shape, values: [Float](repeating: 1, count: points.count)))
    let gradient = try Differentiation(of: x.applying(operation), seed: ones, withRespectTo: [x]).gradients[
      0]!
    let plan = try await sharedExecutor.compile(builder.graph(outputs: [gradient]))
    let result = try await sharedExecutor.run(plan, ["x": Tensor(shape: x.shape, values: points)])
    #expect(result[0].values == slopes, "\(operation)")
  }

  @Test("Far from 0 the saturating functions stay finite and exact")
  func extremes() async throws {
    let builder = GraphBuilder()
    let x = builder.input("x", shape: [4])
    let outputs = [
      x.applying(Sigmoid()), x.applying(HyperbolicTangent()), x.applying(Softplus()),
      x.applying(ErrorFunction()),
    ]
    let plan = try await sharedExecutor.compile(builder.graph(outputs: outputs))
    let result = try await sharedExecutor.run(
      plan, ["x": Tensor(shape: [4], values: [-200, -100, 100, 200])])
    #expect(result[0].values.map { abs($0) < 1e-30 ? 0 : $0 } == [0, 0, 1, 1])
    #expect(result[1].values == [-1, -1, 1, 1])
    #expect(result[2].values.map { abs($0) < 1e-30 ? 0 : $0 } == [0, 0, 100, 200])
    #expect(result[3].values == [-1, -1, 1, 1])
  }

  /// Without the rectifier and the clamp, which oneDNN computes with comparisons that are false for such a value.
  static let passing: [any SaliencyCore.Operation] = [
    LeakyRectifier(slope: 0.1), Sigmoid(), Exponential(), Softplus(), Absolute(), ExponentialLinear(alpha: 1),
    Sign(), Power(exponent: 2), Affine(scale: 2, offset: 1), HyperbolicTangent(),
  ]

  @Test("A value that is not a number is passed on, not hidden", arguments: passing.indices)
  func notANumber(_ index: Int) async throws {
    let builder = GraphBuilder()
    let x = builder.input("x", shape: [3])
    let plan = try await sharedExecutor.compile(builder.graph(outputs: [x.applying(Self.passing[index])]))
    let result = try await sharedExecutor.run(plan, ["x": Tensor(shape: [3], values: [1, .nan, -1])])
    #expect(result[0].firstNonFiniteIndex == 1, "\(Self.passing[index])")
  }

  /// Bounds in the wrong order, as ONNX allows: min(max(x, lower), upper) is the upper one everywhere.
  @Test("Bounds in the wrong order give the upper one", arguments: [false, true])
  func reversedBounds(followsMatrixProduct: Bool) async throws {
    let builder = GraphBuilder()
    let x = builder.input("x", shape: [1, 3])
    let identity = builder.constant(Tensor(shape: [3, 3], values: [1, 0, 0, 0, 1, 0, 0, 0, 1]))
    let value = followsMatrixProduct ? x.applying(MatrixProduct(), identity) : x
    let outputs = [value.applying(Clamp(lower: 1, upper: -1)), value.applying(Rectifier(ceiling: -2))]
    for output in outputs {
      let gradient = try Differentiation(of: output, seed: x, withRespectTo: [x]).gradients[0]!
      let plan = try await sharedExecutor.compile(builder.graph(outputs: [output, gradient]))
      let result = try await sharedExecutor.run(plan, ["x": Tensor(shape: [1, 3], values: [-5, 0, 5])])
      #expect(Set(result[0].values) == [output.index == outputs[0].index ? -1 : -2])
      #expect(result[1].values == [0, 0, 0])
    }
  }
}
