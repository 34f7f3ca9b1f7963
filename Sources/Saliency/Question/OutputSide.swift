/// Which side of the final softmax or sigmoid is explained.
public enum OutputSide: String, Sendable, CaseIterable {
  /// The number before it: what speaks for the class, whatever speaks for the others.
  case score
  /// The number after it, which also rises where other classes fall.
  case probability
}
