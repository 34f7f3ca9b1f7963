public import SaliencyCore

/// RISE: how much the score is above its mean when a pixel is shown, over random masks M: Σ f(x·M) M / Σ M − mean f(x·M) (Petsiuk et al.,
/// "RISE: Randomized Input Sampling for Explanation of Black-box Models", 2018).
///
/// The paper's map lacks the second term, which is the same for all pixels, and has the expected number of masks that show a pixel
/// where this has the actual one.
///
/// Masks are coarse grids over the input's places, enlarged smoothly and moved at random; what they hide becomes 0. The paper weighs with
/// probabilities, `side: .probability`. The result has one channel. Runs the network forward alone, once a mask.
public struct RISE: SamplingMethod {
  public let name = "rise"
  /// The number of masks.
  public let masks: Int
  /// The cells of a mask along its longer side.
  public let cells: Int
  /// The share of cells that let the input through.
  public let share: Float
  /// Where the random numbers start; the same seed gives the same bytes.
  public let seed: UInt64

  /// - Precondition: there is a mask and a cell, and the share lies between 0 and 1, both excluded.
  public init(masks: Int = 2_000, cells: Int = 7, share: Float = 0.5, seed: UInt64 = 0) {
    precondition(
      masks >= 1 && cells >= 1 && share > 0 && share < 1,
      "`masks` and `cells` must be at least 1, `share` between 0 and 1")
    (self.masks, self.cells, self.share, self.seed) = (masks, cells, share, seed)
  }

  public var sampled: (any GraphMethod)? { nil }

  public func attribution(of input: Tensor, _ network: NetworkSampler) async throws -> Tensor {
    let plane = InputPlane(input.shape, channelAxis: network.channelAxis)
    let values = input.values
    let grids = RandomMasks(cells: cells, share: share)
    var random = SplitMix64(seed: seed)
    var shown: [Int: [Float]] = [:]
    var sum = [Double](repeating: 0, count: plane.count)
    var shares = sum
    var total = 0.0
    try await network.run(count: masks) { index in
      let mask = grids.mask(plane.extents, using: &random)
      shown[index] = mask
      return Tensor(shape: input.shape, values: plane.product(of: values, mask))
    } _: { sample in
      let mask = shown.removeValue(forKey: sample.index)!
      total += Double(sample.score)
      for place in sum.indices {
        sum[place] += Double(sample.score) * Double(mask[place])
        shares[place] += Double(mask[place])
      }
    }
    let mean = total / Double(masks)
    return Tensor(
      shape: plane.shape, values: zip(sum, shares).map { $1 > 0 ? Float($0 / $1 - mean) : 0 })
  }

  public var options: [MethodOption] {
    [.init("masks", masks), .init("cells", cells), .init("share", share), .init("seed", seed)]
  }

  static let entry = MethodEntry(
    "rise", "how much the score is above its mean when a pixel is shown, over random masks",
    options: [
      .init(name: "masks", standard: "2000", summary: "random masks"),
      .init(name: "cells", standard: "7", summary: "cells of a mask along the longer side"),
      .init(name: "share", standard: "0.5", summary: "the share of cells that let the input through"),
      .seed,
    ]
  ) { options throws(SaliencyError) in
    Method(
      RISE(
        masks: try options.integer("masks", in: 1...1_000_000),
        cells: try options.integer("cells", in: 1...1_000),
        share: try options.number("share", in: 0.01...0.99), seed: try options.seed()))
  }
}
