public import Saliency

/// One of several parts of a data set, so that several machines can share an audit.
public struct Shard: Sendable, Hashable {
  /// Which part, counted from 1.
  public let number: Int
  /// How many parts there are.
  public let count: Int

  /// A part as people write it: `2/8` is the second of eight.
  ///
  /// - Throws: `SaliencyError` where it is none.
  public init(parsing text: String) throws(SaliencyError) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count == 2, let number = parts[0], let count = parts[1], 1...1_000_000 ~= count,
      1...count ~= number
    else {
      throw SaliencyError(
        .invalidSetting,
        "'\(ReportText.printable(text))' is no part of a data set; the second of eight is 2/8")
    }
    (self.number, self.count) = (number, count)
  }
}

extension DataSet {
  /// At most so many images of each class, chosen by chance: the same for the same seed, and those for a smaller number are among those for a
  /// larger one.
  ///
  /// - Throws: `SaliencyError` where nobody says the classes.
  func selecting(perClass count: Int, seed: Int) throws(SaliencyError) -> DataSet {
    guard entries.contains(where: { $0.className != nil }) else {
      throw SaliencyError(
        .invalidSetting, "a number of images a class is asked for, but nobody says their classes", file: root)
    }
    var ranks: [String?: [(rank: String, index: Int)]] = [:]
    for (index, entry) in entries.enumerated() {
      ranks[entry.className, default: []].append(
        (FileContents.sha256(of: "\(seed) \(entry.path)"), index))
    }
    let chosen = Set(ranks.values.flatMap { $0.sorted { $0 < $1 }.prefix(count).map(\.index) })
    var selected = self
    selected.entries = entries.indices.filter(chosen.contains).map { entries[$0] }
    return selected
  }

  /// Every so many-th image.
  func selecting(_ shard: Shard) -> DataSet {
    var selected = self
    selected.entries = stride(from: shard.number - 1, to: entries.count, by: shard.count).map { entries[$0] }
    return selected
  }
}
