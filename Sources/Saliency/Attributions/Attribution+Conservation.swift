extension Attribution {
  /// What was explained, and what the attribution adds up to.
  public struct Conservation: Sendable, Equatable {
    /// The sum of the explained units, or the weighted sum of the losses.
    public let explained: Double
    /// The sum of the attribution's values.
    public let attributed: Double

    /// What is missing or too much, as a share of what was explained; nil where that is 0.
    public var error: Double? { explained == 0 ? nil : abs(attributed - explained) / abs(explained) }
  }

  /// How nearly the values of an item add up to what was explained.
  ///
  /// - Returns: both sums; nil where the method does not promise that they are alike, a modifier changed its values, there is no such item, or the losses
  ///   of several items cannot be told apart.
  public func conservation(item: Int = 0) -> Conservation? {
    let batch = units.count
    guard provenance.conservesScore, 0..<batch ~= item, units.indices.contains(item) else { return nil }
    let explained: Double
    if losses.isEmpty {
      explained = units[item].reduce(0) { sum, unit in
        sum + Double(provenance.side == .probability ? unit.probability ?? unit.score : unit.score)
      }
    } else {
      guard batch == 1 else { return nil }
      explained = losses.reduce(0) { sum, loss in
        sum + Double(loss.weight) * loss.values.reduce(0) { $0 + Double($1) }
      }
    }
    let count = arrangedValues.shape.elementCount / batch
    let attributed = arrangedValues.values[item * count..<(item + 1) * count].reduce(0) { $0 + Double($1) }
    return Conservation(explained: explained, attributed: attributed)
  }
}
