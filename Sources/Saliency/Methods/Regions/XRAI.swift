public import SaliencyCore

/// XRAI: regions of several sizes, joined in the order in which they bring most attribution per pixel (Kapishnikov et al., "XRAI: Better
/// Attributions Through Regions", 2019).
///
/// Integrated gradients from black and from white are averaged, and the largest of the channels is taken. Of all regions that still add pixels the one with the
/// largest mean attribution over what it adds is joined next, and these pixels get that mean. What is left in the end gets its own mean, so that the
/// map adds up to the same. Black and white are each channel's smallest and largest number. Regions are those of
/// ``Superpixels/slic(count:compactness:)`` in several sizes, where the paper has Felzenszwalb and Huttenlocher's, and are widened a little, so
/// that edges lie inside. The result has one channel. For images.
public struct XRAI: SamplingMethod {
  public let name = "xrai"
  /// Points on each of the two paths.
  public let steps: Int
  /// About how many regions there are, in each size; those of fewer than 32 pixels are left out.
  public let counts: [Int]
  /// The places of each region, where they are not those of SLIC.
  let regions: [[Int]]?

  /// - Precondition: there are a step and a size.
  public init(steps: Int = 50, counts: [Int] = [25, 50, 100, 200, 400]) {
    precondition(
      steps >= 1 && !counts.isEmpty, "`steps` must be at least 1, and `counts` must have at least one")
    (self.steps, self.counts, regions) = (steps, counts, nil)
  }

  /// XRAI over given regions, which may overlap and leave places out.
  init(steps: Int, regions: [[Int]]) { (self.steps, counts, self.regions) = (steps, [], regions) }

  public func attribution(of input: Tensor, _ network: NetworkSampler) async throws -> Tensor {
    let places = InputPlaces(of: input.shape, channelAxis: network.channelAxis)
    guard places.extents.count == 2, let channelAxis = network.channelAxis else {
      throw SaliencyError(
        .invalidInput,
        "method '\(name)' is for images, and an input of \(input.shape.text) is none; take occlusion")
    }
    let ends = ends(of: input, places)
    network.announce(sampleCount: ends.count * steps)
    var mean = [Float](repeating: 0, count: input.values.count)
    for end in ends {
      let path = IntegratedGradients(steps: steps, baseline: .tensor(end))
      let values = try await path.attribution(of: input, network).values
      for (element, value) in values.enumerated() { mean[element] += value / 2 }
    }
    var shape = input.shape
    shape[channelAxis] = 1
    let map = Self.joined(
      regions ?? segments(of: input, places, channelAxis: channelAxis), places.maxima(mean).map(Double.init),
      least: max(places.count / 1_000, 1))
    return Tensor(shape: shape, values: map.map { Float($0) })
  }

  /// SLIC's regions in all sizes, widened.
  private func segments(of input: Tensor, _ places: InputPlaces, channelAxis: Int) -> [[Int]] {
    let reach = (places.extents.max() ?? 1) / 45
    // Regions of a few pixels are noise.
    let usable = counts.filter { $0 <= places.count / 32 }
    return (usable.isEmpty ? [counts.min() ?? 1] : usable).flatMap { count in
      let regions = Superpixels.slic(count: count).regions(of: input, channelAxis: channelAxis)
      return Self.widened(regions, places, reach: reach)
    }
  }

  /// The input in black and in white.
  private func ends(of input: Tensor, _ places: InputPlaces) -> [Tensor] {
    let values = input.values
    let extremes: [(Float, Float) -> Float] = [{ min($0, $1) }, { max($0, $1) }]
    return extremes.map { extreme in
      var result = values
      for channel in 0..<places.channels {
        let elements = (0..<places.count).map { places.element(of: $0, channel: channel) }
        let value = elements.dropFirst().reduce(values[elements[0]]) { extreme($0, values[$1]) }
        for element in elements { result[element] = value }
      }
      return Tensor(shape: input.shape, values: result)
    }
  }

  /// The pixels of each region, and those at most so far from one of them.
  private static func widened(_ regions: Regions, _ places: InputPlaces, reach: Int) -> [[Int]] {
    let (height, width) = (places.extents[0], places.extents[1])
    var offsets: [(x: Int, y: Int)] = []
    for y in -reach...reach {
      for x in -reach...reach where x * x + y * y <= reach * reach { offsets.append((x, y)) }
    }
    var segments = [[Int]](repeating: [], count: regions.count)
    for place in 0..<places.count {
      for offset in offsets {
        let (x, y) = (place % width + offset.x, place / width + offset.y)
        guard 0..<width ~= x, 0..<height ~= y else { continue }
        let label = regions.labels[y * width + x]
        if segments[label].last != place { segments[label].append(place) }
      }
    }
    return segments
  }

  /// The map from regions, which may overlap, and attributions; a region that adds fewer than `least` pixels adds none.
  static func joined(_ segments: [[Int]], _ attributions: [Double], least: Int) -> [Double] {
    var owners = [[Int]](repeating: [], count: attributions.count)
    var sums = [Double](repeating: 0, count: segments.count)
    var counts = segments.map(\.count)
    for (segment, members) in segments.enumerated() {
      for place in members {
        owners[place].append(segment)
        sums[segment] += attributions[place]
      }
    }
    var map = [Double?](repeating: nil, count: attributions.count)
    while true {
      let open = segments.indices.filter { counts[$0] >= least }
      guard
        let best = open.max(by: {
          (sums[$0] / Double(counts[$0]), -$0) < (sums[$1] / Double(counts[$1]), -$1)
        })
      else { break }
      let gain = sums[best] / Double(counts[best])
      for place in segments[best] where map[place] == nil {
        map[place] = gain
        for owner in owners[place] {
          sums[owner] -= attributions[place]
          counts[owner] -= 1
        }
      }
    }
    let rest = map.indices.filter { map[$0] == nil }
    let mean = rest.reduce(0) { $0 + attributions[$1] } / Double(max(rest.count, 1))
    return map.map { $0 ?? mean }
  }

  public var options: [MethodOption] {
    [.init("steps", steps), .init("counts", counts.map(String.init).joined(separator: "/"))]
  }

  static let entry = MethodEntry(
    "xrai", "regions of several sizes in the order in which they bring most attribution per pixel",
    options: [
      .init(name: "steps", standard: "50", summary: "points on each of the paths from black and from white"),
      .init(
        name: "counts", standard: "25/50/100/200/400", summary: "numbers of regions, from coarse to fine"),
    ]
  ) { options throws(SaliencyError) in
    Method(XRAI(steps: try options.integer("steps", in: 1...100_000), counts: try options.counts()))
  }
}

extension MethodOptions {
  /// The numbers of regions of the option "counts".
  fileprivate func counts() throws(SaliencyError) -> [Int] {
    let parts = text("counts").split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
    let counts = parts.compactMap(\.self)
    guard counts.count == parts.count, 1...16 ~= counts.count, counts.allSatisfy({ 1...10_000 ~= $0 }) else {
      throw invalid("counts", "up to 16 numbers of regions, as in 25/50/100")
    }
    return counts
  }
}
