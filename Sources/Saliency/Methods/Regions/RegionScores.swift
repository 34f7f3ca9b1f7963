import SaliencyCore

/// The score of an input of which some regions are shown and the others covered with a baseline.
struct RegionScores {
  let input: Tensor
  let network: NetworkSampler
  let regions: Regions
  private let values: [Float]
  private let cover: [Float]
  private let places: InputPlaces

  init(_ input: Tensor, _ network: NetworkSampler, _ superpixels: Superpixels, _ baseline: Baseline) throws {
    (self.input, self.network, values) = (input, network, input.values)
    places = InputPlaces(of: input.shape, channelAxis: network.channelAxis)
    regions = superpixels.regions(of: input, channelAxis: network.channelAxis)
    cover = try baseline.tensor(for: input, channelAxis: network.channelAxis).values
  }

  /// The scores where `count` sets of regions are shown, one after the other; for each region whether it is.
  func scores(count: Int, shown: (Int) -> [Bool]) async throws -> [Double] {
    var scores: [Double] = []
    try await network.run(count: count) { index in
      let shown = shown(index)
      return Tensor(
        shape: input.shape, values: places.replaced(values, by: cover) { !shown[regions.labels[$0]] })
    } _: {
      scores.append(Double($0.score))
    }
    return scores
  }

  /// The map in which the places of a region have even shares of its number.
  func map(_ numbers: [Double]) -> Tensor {
    regions.map(numbers, like: input, channelAxis: network.channelAxis)
  }
}
