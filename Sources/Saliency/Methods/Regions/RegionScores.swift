import SaliencyCore

/// The score of an input of which some regions are shown and the others covered with a baseline.
struct RegionScores {
  let input: Tensor
  let network: NetworkSampler
  let regions: Regions
  private let values: [Float]
  private let cover: [Float]
  private let parts: [NetworkSampler.Part]
  /// The region of each element.
  private let owners: [Int]

  init(_ input: Tensor, _ network: NetworkSampler, _ superpixels: Superpixels, _ baseline: Baseline) throws {
    (self.input, self.network, values) = (input, network, input.values)
    let superpixels = network.isOverTokens ? superpixels.ofTokens : superpixels
    parts = network.parts(of: input)
    let regions: Regions
    if let joint = network.joint {
      var labels: [Int] = []
      for (part, tensor) in zip(joint.parts, joint.unpacked(input)) {
        let own = superpixels.regions(of: tensor, channelAxis: part.channelAxis)
        let first = (labels.max() ?? -1) + 1
        labels += own.labels.map { first + $0 }
      }
      regions = Regions(labels: labels)
    } else {
      regions = superpixels.regions(of: input, channelAxis: network.channelAxis)
    }
    var (owners, firstPlace) = ([Int](), 0)
    for part in network.parts(of: input) {
      owners += part.range.indices.map {
        regions.labels[firstPlace + part.places.place(ofElement: $0 - part.range.lowerBound)]
      }
      firstPlace += part.places.count
    }
    (self.regions, self.owners) = (regions, owners)
    cover = try network.cover(baseline, of: input)
  }

  /// Throws where there are too many regions for a system of as many equations.
  func requireSystem(for method: String) throws(SaliencyError) {
    guard regions.count <= 2_000 else {
      throw SaliencyError(
        .invalidSetting,
        "method '\(method)' solves an equation a region, of which there are \(regions.count); up to 2000 are possible, so take "
          + "fewer regions")
    }
  }

  /// The scores where `count` sets of regions are shown, one after the other; for each region whether it is.
  func scores(count: Int, shown: (Int) -> [Bool]) async throws -> [Double] {
    var scores: [Double] = []
    try await network.run(count: count) { index in
      let shown = shown(index)
      return Tensor(
        shape: input.shape, values: values.indices.map { shown[owners[$0]] ? values[$0] : cover[$0] })
    } _: {
      scores.append(Double($0.score))
    }
    return scores
  }

  /// The map in which the places of a region have even shares of its number.
  func map(_ numbers: [Double]) -> Tensor {
    regions.map(numbers, shape: network.mapShape(of: parts))
  }
}
