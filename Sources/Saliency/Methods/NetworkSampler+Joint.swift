import SaliencyCore

extension NetworkSampler {
  /// A part of a sample that has places of its own: the input, or one of several that are explained together.
  struct Part {
    /// Where its elements lie in the sample.
    let range: Range<Int>
    let places: InputPlaces
    /// Its shape, with a batch of 1, and with one channel.
    let mapShape: Shape
  }

  /// The parts of a sample.
  func parts(of input: Tensor) -> [Part] {
    func part(_ shape: Shape, _ channelAxis: Int?, _ range: Range<Int>) -> Part {
      var map = shape
      if let channelAxis { map[channelAxis] = 1 }
      return Part(range: range, places: InputPlaces(of: shape, channelAxis: channelAxis), mapShape: map)
    }
    guard let joint else { return [part(input.shape, channelAxis, 0..<input.shape.elementCount)] }
    return joint.parts.map { part($0.item, $0.channelAxis, $0.range) }
  }

  /// The shape of a map that has a number for each place.
  func mapShape(of parts: [Part]) -> Shape {
    parts.count == 1 && joint == nil ? parts[0].mapShape : [1, parts.reduce(0) { $0 + $1.places.count }]
  }

  /// The numbers of a baseline of the input.
  func cover(_ baseline: Baseline, of input: Tensor) throws(SaliencyError) -> [Float] {
    try baseline.tensor(for: input, channelAxis: channelAxis, joint).values
  }

  /// For each element a standard deviation, as a share of its input's range.
  func deviations(_ share: Float, of values: [Float]) -> [Float] {
    let ranges = joint?.parts.map(\.range) ?? [values.indices]
    return ranges.flatMap { range in
      let standardDeviation = share * ((values[range].max() ?? 0) - (values[range].min() ?? 0))
      return range.map { _ in standardDeviation }
    }
  }
}
