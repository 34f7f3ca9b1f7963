public import SaliencyCore

/// How a layer's activation lies over a picture: with axes of height and width, or as tokens that are the cells of a grid, row by row.
public struct ActivationGrid: Sendable, Hashable {
  /// The order of a layer's axes.
  public enum Arrangement: Sendable, Hashable {
    /// batch×channels×height×width
    case channelsFirst
    /// batch×height×width×channels
    case channelsLast
    /// batch×tokens×channels; the leading tokens, such as a class token, have no place in the picture.
    case tokens(leading: Int)
  }

  /// The order of the axes.
  public let arrangement: Arrangement
  /// The number of rows.
  public let height: Int
  /// The number of columns.
  public let width: Int

  /// The axes of the layer's activation along which places lie.
  var placeAxes: [Int] {
    switch arrangement {
    case .channelsFirst: [2, 3]
    case .channelsLast: [1, 2]
    case .tokens: [1]
    }
  }

  /// The axis of the layer's activation along which channels lie.
  var channelAxis: Int {
    switch arrangement {
    case .channelsFirst: 1
    case .channelsLast: 3
    case .tokens: 2
    }
  }

  /// A value of the layer's shape as batch×channels×height×width, without what has no place.
  public func planes(of value: Value) -> Value {
    switch arrangement {
    case .channelsFirst: return value
    case .channelsLast: return value.transposed([0, 3, 1, 2])
    case .tokens(let leading):
      let shape = value.shape
      return value.sliced(axis: 1, from: leading, count: height * width).transposed([0, 2, 1])
        .reshaped(to: [shape[0], shape[2], height, width])
    }
  }

  /// The places of each channel of an activation, row by row.
  func planes(of tensor: Tensor) -> [[Float]] {
    let (values, places) = (tensor.values, height * width)
    let channels = tensor.shape[channelAxis]
    let leading = if case .tokens(let count) = arrangement { count } else { 0 }
    return (0..<channels).map { channel in
      (0..<places).map { place in
        values[channelAxis == 1 ? channel * places + place : (leading + place) * channels + channel]
      }
    }
  }

  /// What people read: "7×7", "14×14 after 1 token".
  public var text: String {
    guard case .tokens(let leading) = arrangement, leading > 0 else { return "\(height)×\(width)" }
    return "\(height)×\(width) after \(leading) token\(leading == 1 ? "" : "s")"
  }
}

/// A layer whose activation lies over the picture.
public struct ActivationLayer: Sendable, Hashable {
  /// The layer.
  public let layer: Network.Layer
  /// How it lies there.
  public let grid: ActivationGrid
}
