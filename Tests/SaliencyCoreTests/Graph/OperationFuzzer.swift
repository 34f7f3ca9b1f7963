import SaliencyCore
import SaliencyTestSupport

/// Operations with attributes and operands that are mostly small and right, sometimes wrong, sometimes absurd.
struct OperationFuzzer {
  /// An operation and the shapes of its operands.
  typealias Case = (operation: any SaliencyCore.Operation, operands: [Shape])

  var generator: SplitMix64

  init(seed: UInt64) {
    generator = SplitMix64(seed: seed)
  }

  private static let absurd = [
    Int.min, Int.min + 1, -(1 << 32), -1_000, -2, -1, 0, 7, 1_000, 1 << 20, (1 << 20) + 1, 1 << 24, 1 << 31,
    1 << 32,
    Int.max / 7, Int.max / 2 + 1, Int.max - 1, Int.max,
  ]

  mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &generator) < percent }

  mutating func number(_ usual: ClosedRange<Int>) -> Int {
    chance(4) ? Self.absurd.randomElement(using: &generator)! : Int.random(in: usual, using: &generator)
  }

  mutating func list(_ count: Int, _ usual: ClosedRange<Int>) -> [Int] {
    (0..<(chance(3) ? Int.random(in: 0...5, using: &generator) : count)).map { _ in number(usual) }
  }

  mutating func extent() -> Int {
    if chance(3) { return 0 }
    return chance(1)
      ? [1 << 16, 1 << 30, 1 << 32].randomElement(using: &generator)! : .random(in: 1...6, using: &generator)
  }

  mutating func shape(_ ranks: ClosedRange<Int> = 0...5) -> Shape {
    let ranks = chance(4) ? 0...6 : ranks
    return (0..<Int.random(in: ranks, using: &generator)).map { _ in extent() }
  }

  mutating func float() -> Float {
    chance(5)
      ? [.nan, .infinity, -.infinity, 0].randomElement(using: &generator)!
      : .random(in: -2...2, using: &generator)
  }

  mutating func geometry(_ rank: Int) -> WindowGeometry {
    WindowGeometry(
      strides: list(rank, 1...3), dilations: list(rank, 1...2), paddingBefore: list(rank, 0...2),
      paddingAfter: list(rank, 0...2))
  }

  mutating func window(_ rank: Int) -> PoolingWindow {
    PoolingWindow(kernel: list(rank, 1...3), geometry: geometry(rank))
  }

  /// Another shape that broadcasts with `shape`, most of the time.
  mutating func partner(of shape: Shape) -> Shape {
    if chance(5) { return self.shape() }
    let kept = shape.suffix(chance(70) ? shape.count : Int.random(in: 0...shape.count, using: &generator))
    return kept.map { chance(30) ? 1 : $0 }
  }

  mutating func slice(of shape: Shape) -> Slice {
    var (starts, counts, steps): ([Int], [Int], [Int]) = ([], [], [])
    for extent in shape {
      let count = Int.random(in: 0...max(0, min(extent, 4)), using: &generator)
      let isReversed = chance(40)
      let step = count > 1 ? max(1, (extent - 1) / (count - 1)) : 1
      starts.append(chance(4) ? number(0...3) : isReversed ? max(0, extent - 1) : 0)
      counts.append(chance(4) ? number(0...3) : count)
      steps.append(chance(4) ? number(1...3) : isReversed ? -step : step)
    }
    return Slice(starts: starts, counts: counts, steps: steps)
  }

  /// The operations by name; a case of each is made by `make(_:)`.
  static let names = [
    "elementwise", "binary", "gate", "reshape", "transpose", "broadcast", "concatenation", "slice",
    "slice placement",
    "padding", "reduction", "softmax", "matrix product", "convolution", "transposed convolution",
    "maximum pooling",
    "maximum pooling selection", "average pooling", "average pooling gradient", "gather", "scatter",
    "axis gather", "axis scatter", "ranking", "extreme", "cumulative sum", "selection", "grid sampling",
    "grid sampling gradient",
  ]

  mutating func make(_ name: String) -> Case {
    let shape = shape()
    switch name {
    case "elementwise":
      let operations: [any SaliencyCore.Operation] = [
        Affine(scale: float(), offset: float()), Clamp(lower: float(), upper: float()),
        Power(exponent: float()),
        Rectifier(ceiling: float()), LeakyRectifier(slope: float()), ExponentialLinear(alpha: float()),
        SquareRoot(), Logarithm(), Softplus(), Sign(), Sine(), Rounding(.nearestEven),
        FormatRounding(
          .init(exponentBits: 4, fractionBits: 3, bias: 7, specials: .notANumberOnly, saturates: true)),
        IntegerTruncation(bitCount: 8, isSigned: true), FloatClassification(.notANumber),
      ]
      return (operations.randomElement(using: &generator)!, chance(3) ? [] : [shape])
    case "binary":
      let operations: [any SaliencyCore.Operation] = [
        Addition(), Subtraction(), Multiplication(), Division(), Maximum(), Minimum(), Exponentiation(),
        Remainder(sign: .divisor), Comparison(.equal),
      ]
      let other = partner(of: shape)
      return (operations.randomElement(using: &generator)!, chance(50) ? [shape, other] : [other, shape])
    case "gate":
      return (
        Gate(lower: float(), upper: float()), chance(90) ? [shape, shape] : [shape, partner(of: shape)]
      )
    case "reshape":
      var target = shape.shuffled(using: &generator)
      if chance(30), let count = shape.checkedElementCount { target = [1, count, 1] }
      if chance(10) { target = list(3, 1...4) }
      return (Reshape(shape: target), [shape])
    case "transpose":
      let order = Array(shape.indices).shuffled(using: &generator)
      return (Transpose(permutation: chance(90) ? order : list(shape.count, 0...4)), [shape])
    case "broadcast":
      return (Broadcast(shape: chance(90) ? shape : list(shape.count, 1...4)), [partner(of: shape)])
    case "concatenation":
      let axis = number(0...max(0, shape.count - 1))
      let operands = (0..<Int.random(in: 0...4, using: &generator)).map { _ in
        var other = shape
        if other.indices.contains(axis) { other[axis] = extent() }
        return chance(4) ? partner(of: other) : other
      }
      return (Concatenation(axis: axis), operands)
    case "slice":
      return (slice(of: shape), [shape])
    case "slice placement":
      let slice = slice(of: shape)
      let target = chance(92) ? shape : list(shape.count, 1...4)
      return (SliceScatter(slice, shape: target), [chance(95) ? slice.counts.map { max(0, $0) } : shape])
    case "padding":
      return (
        Padding(before: list(shape.count, -2...3), after: list(shape.count, -2...3), value: float()), [shape]
      )
    case "reduction":
      let axes = shape.indices.filter { _ in chance(50) }
      return (Reduction(chance(50) ? .sum : .mean, axes: chance(90) ? axes : list(2, 0...4)), [shape])
    case "softmax":
      let axis = number(0...max(0, shape.count - 1))
      return (chance(50) ? Softmax(axis: axis) : LogSoftmax(axis: axis), [shape])
    case "matrix product":
      let (rows, inner, columns) = (extent(), extent(), extent())
      let batch = self.shape(0...2)
      let (transposesLeft, transposesRight) = (chance(50), chance(50))
      var operands = [
        batch + (transposesLeft ? [inner, rows] : [rows, inner]),
        partner(of: batch) + (transposesRight ? [columns, inner] : [inner, columns]),
      ]
      if chance(40) { operands.append([chance(90) ? columns : extent()]) }
      if chance(5) { operands[0] = self.shape() }
      return (MatrixProduct(transposesLeft: transposesLeft, transposesRight: transposesRight), operands)
    case "gather", "scatter", "axis gather", "axis scatter", "ranking", "extreme", "cumulative sum",
      "selection",
      "grid sampling", "grid sampling gradient":
      return makeIndexed(name, shape)
    default:
      return makeWindowed(name)
    }
  }

  private mutating func makeIndexed(_ name: String, _ shape: Shape) -> Case {
    let axis = number(0...max(0, shape.count - 1))
    let rows = self.shape(3...3)
    switch name {
    case "gather", "scatter":
      let extent = rows.count > 1 ? rows[1] : 1
      let indices = (0..<Int.random(in: 0...6, using: &generator)).map { _ in
        Int32(clamping: chance(95) ? Int.random(in: -1..<max(extent, 1), using: &generator) : number(0...3))
      }
      if name == "gather" { return (Gather(indices: indices), [rows]) }
      var source = rows
      if source.count > 1, chance(95) { source[1] = indices.count }
      return (ScatterAddition(indices: indices, count: chance(95) ? extent : number(0...4)), [source])
    case "axis gather", "axis scatter":
      var other = shape
      if other.indices.contains(axis) { other[axis] = extent() }
      if chance(5) { other = partner(of: other) }
      return name == "axis gather"
        ? (AxisGather(axis: axis), [shape, other])
        : (AxisScatterAddition(axis: axis, extent: number(1...4)), [shape, chance(95) ? shape : other])
    case "ranking":
      return (TopKIndices(axis: axis, count: number(0...4), isDescending: chance(50)), [shape])
    case "extreme":
      let axes = shape.indices.filter { _ in chance(50) }
      return (MinMaxReduction(axes: chance(90) ? axes : list(2, 0...4), isMaximum: chance(50)), [shape])
    case "cumulative sum":
      return (CumulativeSum(axis: axis, isExclusive: chance(50), isReversed: chance(50)), [shape])
    case "selection":
      return (Selection(), [partner(of: shape), shape, partner(of: shape)])
    default:
      let data = self.shape(4...5)
      let rank = max(0, data.count - 2)
      let points = list(rank, 1...3)
      let rule = GridSamplingTests.rules.randomElement(using: &generator)!
      let grid = [data.first ?? 1] + points + [chance(95) ? rank : number(1...4)]
      if name == "grid sampling" { return (GridSampling(rule), [data, grid]) }
      return (
        GridSamplingGradient(rule, extents: Array(data.dropFirst(2))), [Array(data.prefix(2)) + points, grid]
      )
    }
  }

  private mutating func makeWindowed(_ name: String) -> Case {
    let shape = shape(3...5)
    let rank = max(0, shape.count - 2)
    let (window, geometry) = (window(rank), geometry(rank))
    switch name {
    case "convolution", "transposed convolution":
      let channels = shape.count > 1 ? shape[1] : 1
      let groups = chance(30) ? number(1...3) : chance(30) ? channels : 1
      let kernel =
        [chance(90) ? max(1, groups.magnitude < 100 ? groups : 1) * 2 : extent()]
        + [groups > 0 ? max(1, channels / groups) : 1]
        + (0..<rank).map { _ in .random(in: 1...3, using: &generator) }
      let convolution = Convolution(geometry: geometry, groups: groups)
      let operands = [shape, kernel] + (chance(40) ? [[kernel[0]]] : [])
      guard name == "transposed convolution" else { return (convolution, operands) }
      let source = try? convolution.resultShape(of: [shape, kernel])
      return (
        TransposedConvolution(
          geometry: geometry, groups: groups,
          extents: chance(90) ? Array(shape.dropFirst(2)) : list(rank, 1...5)),
        [source ?? self.shape(3...5), kernel]
      )
    case "maximum pooling":
      return (MaximumPooling(window), [shape])
    case "maximum pooling selection":
      return (MaximumPoolingSelection(window), [shape, chance(95) ? shape : partner(of: shape)])
    case "average pooling":
      return (AveragePooling(window, includesPadding: chance(50)), [shape])
    default:
      let includesPadding = chance(50)
      let pooled = try? AveragePooling(window, includesPadding: includesPadding).resultShape(of: [shape])
      return (
        AveragePoolingGradient(
          window, includesPadding: includesPadding,
          extents: chance(90) ? Array(shape.dropFirst(2)) : list(rank, 1...5)),
        [pooled ?? self.shape(3...5)]
      )
    }
  }
}
