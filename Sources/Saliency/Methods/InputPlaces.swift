public import SaliencyCore

/// The places of an input: pixels of an image, samples of a signal, features of a vector. The channels of a place belong together.
///
/// Places are counted in row-major order.
public struct InputPlaces: Sendable, Hashable {
  /// The extents of the grid of places: height and width, a length, or a number of features.
  public let extents: [Int]
  /// The number of channels at each place.
  public let channels: Int
  /// The elements of one channel that follow each other.
  private let inner: Int

  /// The places of one item.
  ///
  /// - Parameters:
  ///   - shape: the item's extents, with a batch of 1 unless there is one axis alone.
  ///   - channelAxis: the axis along which channels lie; nil where there are none.
  public init(of shape: Shape, channelAxis: Int?) {
    var extents = shape.count > 1 ? Array(shape.dropFirst()) : shape
    if let channelAxis {
      channels = extents.remove(at: channelAxis - 1)
      inner = shape.dropFirst(channelAxis + 1).reduce(1, *)
    } else {
      (channels, inner) = (1, 1)
    }
    self.extents = extents
  }

  /// The number of places.
  public var count: Int { extents.reduce(1, *) }

  /// The place to which an element of the item belongs.
  public func place(ofElement index: Int) -> Int {
    channels == 1 ? index : index / (channels * inner) * inner + index % inner
  }

  /// The element of a place in a channel.
  func element(of place: Int, channel: Int) -> Int {
    place / inner * inner * channels + place % inner + channel * inner
  }

  /// The elements of a place, one a channel.
  func elements(of place: Int) -> StrideTo<Int> {
    let first = element(of: place, channel: 0)
    return stride(from: first, to: first + channels * inner, by: inner)
  }

  /// The items' elements summed up over channels.
  func sums(_ values: [Float]) -> [Double] {
    var sums = [Double](repeating: 0, count: values.count / channels)
    for (index, value) in values.enumerated() { sums[place(ofElement: index)] += Double(value) }
    return sums
  }

  /// The largest of each place's elements.
  func maxima(_ values: [Float]) -> [Float] {
    var maxima = [Float](repeating: -.infinity, count: values.count / channels)
    for (index, value) in values.enumerated() {
      let place = place(ofElement: index)
      maxima[place] = max(maxima[place], value)
    }
    return maxima
  }

  /// One item's elements with those of some places taken from another.
  func replaced(_ values: [Float], by others: [Float], where isReplaced: (Int) -> Bool) -> [Float] {
    values.indices.map { isReplaced(place(ofElement: $0)) ? others[$0] : values[$0] }
  }

  /// For each place whether it lies in the window from `start` of the given sides, cut off at the input's.
  func window(from start: [Int], sides: [Int]) -> [Bool] {
    (0..<count).map { place in
      var rest = place
      for axis in extents.indices.reversed() {
        guard start[axis]..<start[axis] + sides[axis] ~= rest % extents[axis] else { return false }
        rest /= extents[axis]
      }
      return true
    }
  }
}
