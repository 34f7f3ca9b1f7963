/// A number of a detected box that can be explained.
public enum BoxQuantity: String, Sendable, Hashable, Codable, CaseIterable {
  /// The score of its class, before a sigmoid or softmax; of ``OutputSide/probability`` the printed score.
  case score = "class"
  /// The score that there is an object at all, before a sigmoid.
  case objectness
  /// The left edge, in pixels of the network's input, as all coordinates are.
  case x1
  /// The upper edge.
  case y1
  /// The right edge.
  case x2
  /// The lower edge.
  case y2
  /// The middle between left and right.
  case cx
  /// The middle between above and below.
  case cy
  /// The width.
  case width
  /// The height.
  case height

  /// The coordinates, in the order of a detector's channels.
  static let coordinates: [BoxQuantity] = [.x1, .y1, .x2, .y2, .cx, .cy, .width, .height]
}

/// A detected box that is explained.
struct ExplainedBox: Sendable, Hashable {
  /// The box in pixels of the network's input.
  let detection: Detection
  let quantity: BoxQuantity
  /// The position of the number before its sigmoid or softmax.
  let scoreUnit: Int

  /// "box 0", "x1 of box 0"
  var text: String {
    (quantity == .score ? "" : quantity.rawValue + " of ") + "box \(detection.number)"
  }
}
