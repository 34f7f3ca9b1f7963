/// Where a value lies when a plan runs: a buffer and the layout in it.
public struct Placement: Sendable {
  let buffer: Int
  let layout: Layout

  /// Layouts have an axis at least; a scalar is laid out with one axis of extent 1.
  static func dimensions(of shape: Shape) -> [Int] { shape.isEmpty ? [1] : shape }

  /// The same bytes seen in another layout of no more bytes.
  func viewed(as layout: Layout) -> Placement { Placement(buffer: buffer, layout: layout) }
}
