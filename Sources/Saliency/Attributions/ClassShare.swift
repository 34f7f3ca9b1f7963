import SaliencyCore

/// How much of an image a class has in a segmentation: the share of the output's pixels where its score is the largest.
public struct ClassShare: Sendable, Hashable {
  /// The class's index.
  public let index: Int
  /// The class's name; nil where no labels were given, or they have none for it.
  public let name: String?
  /// The pixels where it wins, the lower class on ties; of a network of one unit those where its score is above 0.
  public let count: Int
  /// The same as a share of all pixels, from 0 to 1.
  public let share: Double
}

extension ExplainedValues {
  /// The classes that win somewhere, the largest share first; nil where the output is no map of classes.
  func classShares(labels: Labels?) -> [ClassShare]? {
    guard places.isImage, places.count > 1 else { return nil }
    var wins = [Int](repeating: 0, count: unitCount)
    for case let winner? in winners { wins[winner] += 1 }
    let order = wins.indices.filter { wins[$0] > 0 }.sorted { (-wins[$0], $0) < (-wins[$1], $1) }
    return order.map {
      ClassShare(
        index: $0, name: labels?.name(of: $0), count: wins[$0], share: Double(wins[$0]) / Double(places.count)
      )
    }
  }
}
