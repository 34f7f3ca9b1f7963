public import SaliencyCore

/// Occlusion: by how much the score falls when a window of the input is covered (Zeiler and Fergus, "Visualizing and Understanding
/// Convolutional Networks", 2014).
///
/// Windows cover all channels; an element that several windows cover has the mean of what they cost. The result has one channel. Runs
/// the network forward alone, once a window.
public struct Occlusion: SamplingMethod {
  public var takesSeveralInputs: Bool { true }
  public let name = "occlusion"
  /// The window's side along each axis that is no channel; one number serves for all. Cut off at the input's sides. Where nil it is 16, along
  /// axes shorter than 32 a quarter of them, and 1 over tokens.
  public let window: Int?
  /// How far the window moves; half of its side where nil.
  public let stride: Int?
  /// What the window is covered with.
  public let baseline: Baseline

  /// - Precondition: `window` and `stride` are at least 1, and the stride is not larger than the window.
  public init(window: Int? = nil, stride: Int? = nil, baseline: Baseline = .zeros) {
    precondition(window ?? 1 >= 1, "`window` must be at least 1")
    precondition(
      1...(window ?? .max) ~= stride ?? 1, "`stride` must be from 1 to the window's side, \(window ?? 16)")
    (self.window, self.stride, self.baseline) = (window, stride, baseline)
  }

  public var sampled: (any GraphMethod)? { nil }

  public func attribution(of input: Tensor, _ network: NetworkSampler) async throws -> Tensor {
    let cover = try network.cover(baseline, of: input)
    let values = input.values
    let parts = network.parts(of: input)
    var windows: [Window] = []
    var placeCount = 0
    for part in parts {
      // Tokens are hidden one by one.
      let sides = part.places.extents.map { network.isOverTokens ? window ?? 1 : side(extent: $0) }
      let starts = Self.grid(
        zip(part.places.extents, sides).map { Array(self.starts(extent: $0, side: $1)) })
      windows += starts.map { Window(part: part, firstPlace: placeCount, start: $0, sides: sides) }
      placeCount += part.places.count
    }
    var cost = [Double](repeating: 0, count: placeCount)
    var count = [Double](repeating: 0, count: placeCount)
    var score: Float = 0
    // The input itself comes first.
    try await network.run(count: windows.count + 1) { index in
      index > 0 ? Tensor(shape: input.shape, values: windows[index - 1].covered(values, by: cover)) : input
    } _: { sample in
      guard sample.index > 0 else { return score = sample.score }
      let window = windows[sample.index - 1]
      let isInside = window.isInside
      for place in isInside.indices where isInside[place] {
        cost[window.firstPlace + place] += Double(score - sample.score)
        count[window.firstPlace + place] += 1
      }
    }
    return Tensor(
      shape: network.mapShape(of: parts), values: zip(cost, count).map { Float($0 / max($1, 1)) })
  }

  /// A window in one of the inputs.
  private struct Window {
    let part: NetworkSampler.Part
    /// Where the places of its input begin among those of all.
    let firstPlace: Int
    let start: [Int]
    let sides: [Int]

    /// For each place of its input whether it is covered.
    var isInside: [Bool] { part.places.window(from: start, sides: sides) }

    /// The numbers of a sample.
    func covered(_ values: [Float], by cover: [Float]) -> [Float] {
      let isInside = isInside
      var covered = values
      for (index, element) in part.range.enumerated() where isInside[part.places.place(ofElement: index)] {
        covered[element] = cover[element]
      }
      return covered
    }
  }

  /// The window's side along an axis.
  private func side(extent: Int) -> Int { window ?? (extent < 32 ? max(extent / 4, 1) : 16) }

  /// Where windows start along an axis; the last one reaches its end.
  private func starts(extent: Int, side: Int) -> StrideThrough<Int> {
    let stride = min(stride ?? max(side / 2, 1), side)
    let last = max((max(extent - side, 0) + stride - 1) / stride * stride, 0)
    return Swift.stride(from: 0, through: last, by: stride)
  }

  /// All combinations of one element of each list.
  private static func grid(_ lists: [[Int]]) -> [[Int]] {
    lists.reduce([[]]) { combinations, list in combinations.flatMap { prefix in list.map { prefix + [$0] } } }
  }

  public var options: [MethodOption] {
    [
      .init("window", window.map(String.init) ?? "auto"), .init("stride", stride.map(String.init) ?? "half"),
      .baseline(baseline),
    ]
  }

  static let entry = MethodEntry(
    "occlusion", "by how much the score falls when a window of the input is covered",
    options: [
      .init(
        name: "window", standard: "auto",
        summary: "the window's side; 16, and a quarter of an axis shorter than 32, unless given"),
      .init(name: "stride", standard: "half", summary: "how far it moves; half of the window unless given"),
      .init(name: "baseline", standard: "zeros", summary: "what covers it: zeros, mean, blur, or a number"),
    ]
  ) { options throws(SaliencyError) in
    let window = options.word("window") == "auto" ? nil : try options.integer("window", in: 1...100_000)
    let stride =
      options.word("stride") == "half" ? nil : try options.integer("stride", in: 1...(window ?? 100_000))
    return Method(Occlusion(window: window, stride: stride, baseline: try options.baseline()))
  }
}
