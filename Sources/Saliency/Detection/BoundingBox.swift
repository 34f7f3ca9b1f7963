/// A box in an image: two corners in pixels, counted from the image's upper left corner to the right and down.
public struct BoundingBox: Sendable, Hashable, Codable {
  /// The left edge.
  public var x1: Float
  /// The upper edge.
  public var y1: Float
  /// The right edge.
  public var x2: Float
  /// The lower edge.
  public var y2: Float

  /// A box with two corners.
  public init(x1: Float, y1: Float, x2: Float, y2: Float) {
    (self.x1, self.y1, self.x2, self.y2) = (x1, y1, x2, y2)
  }

  /// The width; negative where the corners are the wrong way round.
  public var width: Float { x2 - x1 }
  /// The height; negative where the corners are the wrong way round.
  public var height: Float { y2 - y1 }
  /// The area; 0 where the corners are the wrong way round.
  public var area: Float { max(width, 0) * max(height, 0) }

  /// The area that two boxes share as a part of the area that they cover together, from 0 to 1; 0 where they cover nothing.
  public func overlap(with other: BoundingBox) -> Float {
    let shared =
      max(min(x2, other.x2) - max(x1, other.x1), 0) * max(min(y2, other.y2) - max(y1, other.y1), 0)
    let union = area + other.area - shared
    return union > 0 ? shared / union : 0
  }

  var isFinite: Bool { x1.isFinite && y1.isFinite && x2.isFinite && y2.isFinite }
}

/// Something that a detector found.
public struct Detection: Sendable, Hashable, Codable {
  /// Its number, from 0 on by falling score, by which a target asks for it: `box:0`.
  public var number: Int
  /// The index of its class.
  public let classIndex: Int
  /// The score that detectors print, from 0 to 1: the probability of its class, times that of an object where the network has one.
  public let score: Float
  /// Where it is.
  public var box: BoundingBox
  /// Which of the network's candidates it is: a cell of a grid, an anchor or a query.
  public let candidate: Int
}
