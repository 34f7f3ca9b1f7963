public import SaliencyCore

/// D-RISE: how alike to a box is what a detector finds when a pixel is shown, above the mean over random masks M:
/// Σ s(x·M) M / Σ M − mean s(x·M), with s the largest likeness among all candidates, IoU · cosine of the classes' scores · objectness (Petsiuk et
/// al., "Black-box Explanation of Object Detectors via Saliency Maps", 2021).
///
/// As for ``RISE`` the paper's map lacks the second term and has the expected number of masks. Detectors without objectness have 1 there. All
/// candidates count, before the suppression; of a softmax with a class for "nothing" the others are compared.
///
/// For a detector's box as a whole, and none of its numbers by itself. Masks are those of ``RISE``; what they hide becomes 0. The result has one channel. Runs
/// the network forward alone, once a mask.
public struct DRISE: SamplingMethod {
  public let name = "d-rise"
  /// The number of masks.
  public let masks: Int
  /// The cells of a mask along its longer side.
  public let cells: Int
  /// The share of cells that let the input through.
  public let share: Float
  /// Where the random numbers start; the same seed gives the same bytes.
  public let seed: UInt64

  /// - Precondition: there is a mask and a cell, and the share lies between 0 and 1, both excluded.
  public init(masks: Int = 2_000, cells: Int = 16, share: Float = 0.5, seed: UInt64 = 0) {
    precondition(
      masks >= 1 && cells >= 1 && share > 0 && share < 1,
      "`masks` and `cells` must be at least 1, `share` between 0 and 1")
    (self.masks, self.cells, self.share, self.seed) = (masks, cells, share, seed)
  }

  public var sampled: (any GraphMethod)? { nil }

  public func attribution(of input: Tensor, _ network: NetworkSampler) async throws -> Tensor {
    let shape = input.shape
    guard let detector = network.detector, network.parts.count == 1, let box = network.parts[0].box else {
      throw SaliencyError(
        .invalidSetting,
        "method '\(name)' is about one box of a detector; ask for it, as in box:0, or take rise")
    }
    guard box.quantity == .score else {
      throw SaliencyError(
        .invalidSetting,
        "method '\(name)' is about a box as a whole, its place and its class; ask for it as box:0, or take rise for one of its numbers"
      )
    }
    guard shape.count == 4, let axis = network.channelAxis else {
      throw SaliencyError(
        .invalidInput, "method '\(name)' is for images, and an input of \(shape.text) is none")
    }
    let (height, width) = axis == 1 ? (shape[2], shape[3]) : (shape[1], shape[2])
    let (channels, plane) = (shape[axis], height * width)
    let values = input.values
    let grids = RandomMasks(cells: cells, share: share)
    var random = SplitMix64(seed: seed)
    var shown: [Int: [Float]] = [:]
    var (sum, shares) = ([Double](repeating: 0, count: plane), [Double](repeating: 0, count: plane))
    var total = 0.0
    var wanted: DetectorChannels.Candidates?
    // The first run is of the input itself, and says which scores the box has.
    try await network.run(count: masks + 1) { index in
      guard index > 0 else { return input }
      let mask = grids.mask([height, width], using: &random)
      shown[index] = mask
      return Tensor(
        shape: shape,
        values: values.indices.map { values[$0] * mask[axis == 1 ? $0 % plane : $0 / channels] })
    } _: { sample in
      guard let numbers = sample.values else { return }
      let candidates = detector.channels.candidates(in: numbers, size: detector.inputSize)
      guard sample.index > 0 else {
        wanted = candidates
        return
      }
      let mask = shown.removeValue(forKey: sample.index)!
      let likeness = Double(candidates.likeness(to: box.detection, of: wanted!))
      total += likeness
      for pixel in sum.indices {
        sum[pixel] += likeness * Double(mask[pixel])
        shares[pixel] += Double(mask[pixel])
      }
    }
    let mean = total / Double(masks)
    return Tensor(
      shape: axis == 1 ? [1, 1, height, width] : [1, height, width, 1],
      values: zip(sum, shares).map { $1 > 0 ? Float($0 / $1 - mean) : 0 })
  }

  public var options: [MethodOption] {
    [.init("masks", masks), .init("cells", cells), .init("share", share), .init("seed", seed)]
  }

  static let entry = MethodEntry(
    "d-rise", "how alike to a box is what a detector finds when a pixel is shown, over random masks",
    options: [
      .init(name: "masks", standard: "2000", summary: "random masks"),
      .init(name: "cells", standard: "16", summary: "cells of a mask along the longer side"),
      .init(name: "share", standard: "0.5", summary: "the share of cells that let the input through"),
      .seed,
    ], isForBoxes: true
  ) { options throws(SaliencyError) in
    Method(
      DRISE(
        masks: try options.integer("masks", in: 1...1_000_000),
        cells: try options.integer("cells", in: 1...1_000),
        share: try options.number("share", in: 0.01...0.99), seed: try options.seed()))
  }
}
