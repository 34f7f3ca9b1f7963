/// What is told of a unit.
public struct UnitReport: Report {
  /// The unit's index; of a box that of its class.
  public let index: Int
  /// Nil where nothing names it.
  public let name: String?
  /// The number before the final softmax or sigmoid.
  public let score: Float
  /// The number after it; nil where there is none.
  public let probability: Float?
  /// Where the unit is explained, such as "mean over 84 places"; nil where units have no places.
  public let place: String?
  /// The box that is explained; nil where it is none.
  public let box: DetectionReport?

  /// What is told of a unit.
  ///
  /// - Parameters:
  ///   - unit: the unit.
  ///   - placement: where the image lies in the network's input; nil where a tensor was given.
  public init(_ unit: Attribution.Unit, placement: ImagePlacement? = nil) {
    box = unit.detection.map { DetectionReport($0, name: unit.name, placement: placement) }
    place = unit.place
    index = unit.index
    name = unit.name
    score = unit.score
    probability = unit.probability
  }
}
