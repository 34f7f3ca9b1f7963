public import SaliencyCore

/// Meaningful perturbation: what has to be blurred so that the score falls, and as little of it as possible (Fong and Vedaldi, "Interpretable
/// Explanations of Black Boxes by Meaningful Perturbation", 2017).
///
/// The mask m, 1 where the input is kept, minimizes
/// max(f(m x + (1 − m) b) − f(b), 0) / |f(x) − f(b)| + λ₁ mean(1 − m) + λ₂ mean(|∇m|³)
/// for the blurred input b, by Adam. It is coarse and enlarged linearly, and each step moves it at random by up to a cell, so that it cannot
/// draw noise that fools the network. The score is a share of its way, and
/// no better below its end, where the paper has probabilities, which end at 0. The attribution is 1 − m, 0 to
/// 1, with one channel. For images. Runs the network forward and backward, `steps` times `copies`.
public struct MeaningfulPerturbation: SamplingMethod {
  public let name = "meaningful-perturbation"
  /// Steps of the optimization.
  public let steps: Int
  /// Moved copies of the mask in each step, whose gradients are averaged.
  public let copies: Int
  /// Cells of the mask along its longer side.
  public let cells: Int
  /// The weight λ₁ of the hidden area.
  public let area: Float
  /// The weight λ₂ of the mask's roughness.
  public let roughness: Float
  /// What hides.
  public let baseline: Baseline
  /// Where the random numbers start; the same seed gives the same bytes.
  public let seed: UInt64

  /// - Precondition: there are a step, a copy and two cells.
  public init(
    steps: Int = 100, copies: Int = 4, cells: Int = 28, area: Float = 1, roughness: Float = 2,
    baseline: Baseline = .blur(), seed: UInt64 = 0
  ) {
    precondition(
      steps >= 1 && copies >= 1 && cells >= 2,
      "`steps` and `copies` must be at least 1 and `cells` at least 2")
    (self.steps, self.copies, self.cells) = (steps, copies, cells)
    (self.area, self.roughness, self.baseline, self.seed) = (area, roughness, baseline, seed)
  }

  private static let rate = 0.1
  private static let power = 3.0

  public func attribution(of input: Tensor, _ network: NetworkSampler) async throws -> Tensor {
    let places = InputPlaces(of: input.shape, channelAxis: network.channelAxis)
    guard places.extents.count == 2, let channelAxis = network.channelAxis else {
      throw SaliencyError(
        .invalidInput,
        "method '\(name)' is for images, and an input of \(input.shape.text) is none; take occlusion")
    }
    let (values, hidden) = (
      input.values, try baseline.tensor(for: input, channelAxis: network.channelAxis).values
    )
    let grid = MaskGrid(height: places.extents[0], width: places.extents[1], cells: cells)
    network.announce(sampleCount: 2 + steps * copies)
    var ends: [Double] = []
    try await network.run(count: 2) {
      $0 == 0 ? input : Tensor(shape: input.shape, values: hidden)
    } _: {
      ends.append(Double($0.score))
    }
    let scale = max(abs(ends[0] - ends[1]), 1e-6)

    var mask = [Double](repeating: 1, count: grid.rows * grid.columns)
    var optimizer = Adam(learningRate: Self.rate)
    var random = SplitMix64(seed: seed)
    for _ in 0..<steps {
      var gradient = regularity(of: mask, grid)
      var shifts: [(x: Double, y: Double)] = []
      try await network.run(count: copies) { _ in
        let shift = (x: random.nextShare() - 0.5, y: random.nextShare() - 0.5)
        shifts.append(shift)
        let shown = grid.enlarged(mask, shift)
        return Tensor(
          shape: input.shape,
          values: values.indices.map { element in
            let share = Float(shown[places.place(ofElement: element)])
            return hidden[element] + share * (values[element] - hidden[element])
          })
      } _: { sample in
        guard Double(sample.score) > ends[1] else { return }
        var slopes = [Double](repeating: 0, count: places.count)
        for (element, slope) in sample.attribution!.values.enumerated() {
          slopes[places.place(ofElement: element)] += Double(slope * (values[element] - hidden[element]))
        }
        let collected = grid.collected(slopes, shifts[sample.index])
        for (cell, slope) in collected.enumerated() { gradient[cell] += slope / (scale * Double(copies)) }
      }
      optimizer.step(&mask, along: gradient)
      for cell in mask.indices { mask[cell] = min(max(mask[cell], 0), 1) }
    }
    var shape = input.shape
    shape[channelAxis] = 1
    return Tensor(shape: shape, values: grid.enlarged(mask, (0, 0)).map { Float(1 - $0) })
  }

  /// The derivative of λ₁ mean(1 − m) + λ₂ mean(|∇m|³).
  private func regularity(of mask: [Double], _ grid: MaskGrid) -> [Double] {
    let count = Double(mask.count)
    var gradient = [Double](repeating: -Double(area) / count, count: mask.count)
    for cell in mask.indices {
      for (neighbor, isInside) in [
        (cell + 1, cell % grid.columns < grid.columns - 1),
        (cell + grid.columns, cell / grid.columns < grid.rows - 1),
      ] where isInside {
        let difference = mask[neighbor] - mask[cell]
        let slope = Double(roughness) / count * Self.power * difference * abs(difference)
        gradient[neighbor] += slope
        gradient[cell] -= slope
      }
    }
    return gradient
  }

  public var zeroReason: ZeroReason { .hiddenAreaCounts(area: area) }

  public var options: [MethodOption] {
    [
      .init("steps", steps), .init("copies", copies), .init("cells", cells), .init("area", area),
      .init("roughness", roughness), .baseline(baseline), .init("seed", seed),
    ]
  }

  static let entry = MethodEntry(
    "meaningful-perturbation", "what has to be blurred so that the score falls, and as little as possible",
    options: [
      .init(name: "steps", standard: "100", summary: "steps of the optimization"),
      .init(name: "copies", standard: "4", summary: "moved copies of the mask in each step"),
      .init(name: "cells", standard: "28", summary: "cells of the mask along the longer side"),
      .init(name: "area", standard: "1", summary: "the weight of the hidden area"),
      .init(name: "roughness", standard: "2", summary: "the weight of the mask's roughness"),
      .init(name: "baseline", standard: "blur", summary: "what hides: zeros, mean, blur, or a number"), .seed,
    ]
  ) { options throws(SaliencyError) in
    Method(
      MeaningfulPerturbation(
        steps: try options.integer("steps", in: 1...100_000),
        copies: try options.integer("copies", in: 1...1_000),
        cells: try options.integer("cells", in: 2...1_000), area: try options.number("area", in: 0...1e6),
        roughness: try options.number("roughness", in: 0...1e6), baseline: try options.baseline(),
        seed: try options.seed()))
  }
}

/// A coarse grid that is enlarged to an image, linearly between its cells.
private struct MaskGrid {
  let height: Int
  let width: Int
  let rows: Int
  let columns: Int

  init(height: Int, width: Int, cells: Int) {
    (self.height, self.width) = (height, width)
    let longer = Double(max(height, width))
    func count(_ extent: Int) -> Int { max(Int((Double(cells * extent) / longer).rounded()), 2) }
    (rows, columns) = (count(height), count(width))
  }

  /// Calls a body with each pixel, the cells around it and their weights; the grid is moved by a part of a cell.
  private func forPixels(
    _ shift: (x: Double, y: Double), _ body: (_ pixel: Int, _ cell: Int, _ weight: Double) -> Void
  ) {
    func position(_ pixel: Int, _ extent: Int, _ count: Int, _ shift: Double) -> (first: Int, share: Double) {
      let position = (Double(pixel) + 0.5) / Double(extent) * Double(count) - 0.5 + shift
      let inside = min(max(position, 0), Double(count - 1))
      let first = min(Int(inside), count - 2)
      return (first, inside - Double(first))
    }
    let horizontal = (0..<width).map { position($0, width, columns, shift.x) }
    for y in 0..<height {
      let (row, down) = position(y, height, rows, shift.y)
      for x in 0..<width {
        let (column, right) = horizontal[x]
        let (pixel, cell) = (y * width + x, row * columns + column)
        body(pixel, cell, (1 - down) * (1 - right))
        body(pixel, cell + 1, (1 - down) * right)
        body(pixel, cell + columns, down * (1 - right))
        body(pixel, cell + columns + 1, down * right)
      }
    }
  }

  /// The cells' numbers at each pixel.
  func enlarged(_ cells: [Double], _ shift: (x: Double, y: Double)) -> [Double] {
    var pixels = [Double](repeating: 0, count: height * width)
    forPixels(shift) { pixels[$0] += $2 * cells[$1] }
    return pixels
  }

  /// The pixels' numbers handed back to the cells: the transposed of ``enlarged(_:_:)``.
  func collected(_ pixels: [Double], _ shift: (x: Double, y: Double)) -> [Double] {
    var cells = [Double](repeating: 0, count: rows * columns)
    forPixels(shift) { cells[$1] += $2 * pixels[$0] }
    return cells
  }
}
