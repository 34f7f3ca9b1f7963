public import SaliencyCore

/// How a layer's activation lies over the input: along which of its axes the input's places lie, and how many cells there are.
///
/// An image's places are rows and columns, a signal's are steps in time, a volume's are slices, rows and columns. Tokens are the cells of a
/// grid along one axis, row by row, with others in front of them or behind.
public struct ActivationGrid: Sendable, Hashable {
  /// An axis of the layer along which cells lie.
  struct PlaceAxis: Sendable, Hashable {
    let axis: Int
    /// The axes of the input's places that lie along it, one within the other, counted from 0 on.
    let places: [Int]
    /// The number of cells along each of them.
    let extents: [Int]
    /// Elements in front that have no place, such as a class token.
    let leading: Int
    /// Elements behind that have none.
    let trailing: Int

    var count: Int { extents.reduce(1, *) }
  }

  /// The number of cells along each axis of the input's places; 1 where the layer has none of its own for it.
  public let extents: [Int]
  /// The axis of the layer along which channels lie; nil where it has one channel and no axis for it.
  public let channelAxis: Int?
  /// The axis of the layer along which the items of the batch lie; nil where it has none.
  let itemAxis: Int?
  let placeAxes: [PlaceAxis]

  /// The number of cells.
  public var count: Int { extents.reduce(1, *) }

  /// Elements of the layer in front of the grid, such as a class token, that have no place in the input.
  public var leadingCount: Int { placeAxes.map(\.leading).max() ?? 0 }

  /// Whether there are elements before or behind the grid.
  var hasExtras: Bool { placeAxes.contains { $0.leading + $0.trailing > 0 } }

  /// Whether items, channels and places have an axis each.
  var isPlain: Bool { placeAxes.count == extents.count && !hasExtras }

  /// What lies along the axes of a layer; nil where that is no grid of cells with channels.
  init?(_ axes: [PlacedAxis], shape: Shape, placeCount: Int, itemCount: Int) {
    var (places, channels, items) = ([PlaceAxis](), [Int](), [Int]())
    for (axis, placed) in axes.enumerated() where shape[axis] > 1 {
      let found = placed.places
      if placed.isItems {
        items.append(axis)
      } else if !found.isEmpty {
        places.append(
          PlaceAxis(
            axis: axis, places: found.map(\.place), extents: found.map(\.extent), leading: placed.leading,
            trailing: placed.trailing))
      } else if placed.isOther {
        channels.append(axis)
      } else {
        return nil
      }
    }
    let all = places.flatMap(\.places)
    guard !all.isEmpty, Set(all).count == all.count, channels.count <= 1,
      items.count == (itemCount > 1 ? 1 : 0)
    else { return nil }
    let single = shape.indices.filter { shape[$0] == 1 }
    let itemAxis = items.first ?? single.first
    self.itemAxis = itemAxis
    channelAxis = channels.first ?? single.first { $0 != itemAxis }
    placeAxes = places
    extents = (0..<placeCount).map { place in
      places.lazy.compactMap { axis in axis.places.firstIndex(of: place).map { axis.extents[$0] } }.first ?? 1
    }
  }

  /// A value of the layer's shape as batch×channels×cells, with an axis for each axis of the input's places, without what has no place.
  public func planes(of value: Value) -> Value {
    var value = value
    for axis in placeAxes where axis.leading + axis.trailing > 0 {
      value = value.sliced(axis: axis.axis, from: axis.leading, count: axis.count)
    }
    let kept = [itemAxis, channelAxis].compactMap(\.self) + placeAxes.map(\.axis)
    let left = value.shape.indices.filter(kept.contains)
    if left.count < value.shape.count { value = value.reshaped(to: left.map { value.shape[$0] }) }
    let order = kept.map { left.firstIndex(of: $0)! }
    if order != Array(order.indices) { value = value.transposed(order) }
    let (items, channels) = (itemAxis.map { _ in value.shape[0] } ?? 1, channelCount(of: value.shape, order))
    let found = placeAxes.flatMap(\.places)
    let split = [items, channels] + placeAxes.flatMap(\.extents)
    if split != value.shape { value = value.reshaped(to: split) }
    if found != found.sorted() {
      value = value.transposed([0, 1] + found.sorted().map { 2 + found.firstIndex(of: $0)! })
    }
    let result = [items, channels] + extents
    return result == value.shape ? value : value.reshaped(to: result)
  }

  private func channelCount(of shape: Shape, _ order: [Int]) -> Int {
    channelAxis == nil ? 1 : shape[itemAxis == nil ? 0 : 1]
  }

  /// The cells of each channel of an activation of one item, the last axis of places innermost.
  func planes(of tensor: Tensor) -> [[Float]] {
    let (values, shape) = (tensor.values, tensor.shape)
    let strides = shape.indices.map { shape[($0 + 1)...].reduce(1, *) }
    var offsets = [placeAxes.reduce(0) { $0 + $1.leading * strides[$1.axis] }]
    for (place, extent) in extents.enumerated() where extent > 1 {
      let axis = placeAxes.first { $0.places.contains(place) }!
      let inner = axis.extents[(axis.places.firstIndex(of: place)! + 1)...].reduce(1, *)
      let step = strides[axis.axis] * inner
      offsets = offsets.flatMap { start in (0..<extent).map { start + $0 * step } }
    }
    let (channels, step) = channelAxis.map { (shape[$0], strides[$0]) } ?? (1, 0)
    return (0..<channels).map { channel in offsets.map { values[$0 + channel * step] } }
  }

  /// What people read: "7×7", "118", "14×14 after 1 token".
  public var text: String {
    let tokens = leadingCount
    return extents.map(String.init).joined(separator: "×")
      + (tokens > 0 ? " after \(tokens) token\(tokens == 1 ? "" : "s")" : "")
  }
}

/// A layer whose activation lies over the input.
public struct ActivationLayer: Sendable, Hashable {
  /// The layer.
  public let layer: Network.Layer
  /// How it lies there.
  public let grid: ActivationGrid
}
