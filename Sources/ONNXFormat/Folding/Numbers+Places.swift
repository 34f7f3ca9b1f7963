import SaliencyCore

extension Numbers {
  /// Where a walk over `shape` with strides stands at each of its elements.
  static func places(_ shape: Shape, strides: [Int]) -> [Int] {
    var places = [0]
    for (extent, stride) in zip(shape, strides) {
      places = places.flatMap { place in (0..<extent).map { place + $0 * stride } }
    }
    return places
  }

  /// A frame of `shape` that begins at `starts`, which may lie outside; there it is filled.
  func framed(starts: [Int], shape: Shape, fill: Double) -> Numbers {
    var places = [0]
    for axis in shape.indices {
      let (extent, own, start) = (shape[axis], self.shape[axis], starts[axis])
      places = places.flatMap { place in
        (0..<extent).map { index in
          let source = start + index
          return place < 0 || source < 0 || source >= own ? -1 : place * own + source
        }
      }
    }
    return with(places.map { $0 < 0 ? fill : values[$0] }, shape: shape)
  }
}
