extension Labels {
  /// The same names for the rows of a detector that has four numbers of a box before those of the classes, or five with objectness.
  func fitting(_ explained: ExplainedUnits.Explained, _ unitCount: Int) -> Labels {
    let before = unitCount - names.count
    guard explained.isOutput, !explained.places.extents.isEmpty, 4...5 ~= before else { return self }
    return Labels(Array(repeating: nil, count: before) + names)
  }

  /// How the names fail to fit a number of classes, as a clause such as "labels.txt names 5 of the network's 1000 classes"; nil where each class
  /// has a name and there are no more.
  ///
  /// Nothing is refused for it: units without a name are told by their indices, and names beyond the last class are passed over. More names
  /// than classes often mean that all are off by one, as where a list begins with "background".
  public func mismatch(classCount: Int) -> String? {
    let file = path ?? "the labels"
    let named = names.prefix(classCount).count { $0 != nil }
    let classes = "\(classCount) class" + (classCount == 1 ? "" : "es")
    if names.count > classCount {
      let first = names.first.flatMap(\.self).map { "'\($0)' is" } ?? "the first is"
      return "\(file) has \(names.count) names, but the network \(classes); \(first) taken for class 0"
    }
    return named < classCount ? "\(file) names \(named) of the network's \(classes)" : nil
  }
}
