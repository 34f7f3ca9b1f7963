internal import Saliency

/// Which of the network's classes the names in a data set stand for.
struct ClassMatching {
  /// The class of each name.
  let indices: [String: Int]

  /// Takes names for labels where all of them are, else for indices.
  ///
  /// - Parameters:
  ///   - names: the names of folders, or what a table says.
  ///   - labels: what the classes are called; nil where nobody says it.
  ///   - count: how many classes the network has.
  ///   - source: the data set, which errors name.
  /// - Throws: `SaliencyError` where a name is neither.
  init(_ names: Set<String>, labels: Labels?, count: Int, source: String) throws(SaliencyError) {
    let names = names.sorted()
    var byLabel: [String: Int] = [:]
    var failure: SaliencyError?
    for name in names {
      do throws(SaliencyError) {
        guard let labels else { continue }
        byLabel[name] = try labels.index(of: name)
      } catch {
        failure = failure ?? error
      }
    }
    let byIndex = names.compactMap { name in Int(name).flatMap { 0..<count ~= $0 ? (name, $0) : nil } }
    if byLabel.count == names.count, byLabel.values.allSatisfy({ $0 < count }) {
      indices = byLabel
    } else if byIndex.count == names.count {
      indices = Dictionary(byIndex) { first, _ in first }
    } else {
      let odd = names.first { byLabel[$0] == nil && Int($0).map { 0..<count ~= $0 } != true } ?? names[0]
      let reason =
        labels == nil
        ? "there are no labels that it could be one of; give --labels"
        : failure?.message ?? "it is none of the labels"
      throw SaliencyError(
        .unknownTarget,
        "class '\(ReportText.printable(odd))' is no class of the network, which has \(count), counted from 0: \(reason)",
        file: source)
    }
  }
}
