extension Labels {
  /// The same names for the raw numbers of a detector's candidates, where they are those of its classes.
  func fitting(_ explained: ExplainedUnits.Explained, _ unitCount: Int) -> Labels {
    guard let classes = explained.detectedClasses, names.count != unitCount, names.count == classes.nameCount
    else {
      return self
    }
    return Labels(classes.names(names, unitCount: unitCount))
  }

  /// Checks that they name the units of what is explained, where those are classes: each of them, or of raw numbers of a detector's candidates those
  /// behind the box's.
  ///
  /// - Throws: what ``check(classCount:)`` throws.
  func check(_ explained: ExplainedUnits.Explained, _ unitCount: Int, detector: Detector?)
    throws(SaliencyError)
  {
    guard explained.areClasses else { return }
    guard detector == nil else { return try check(classCount: detector?.classCount) }
    guard fitting(explained, unitCount).names.count != unitCount else { return }
    try check(classCount: unitCount)
  }

  /// Checks that a list has a name for each class; an object of indices and names may leave some out.
  ///
  /// A list of another length names every class after the first that it leaves out or adds by its neighbor's name, as
  /// one that begins with "background" does.
  ///
  /// - Parameter classCount: nil where nobody knows it, and nothing is checked.
  /// - Throws: `SaliencyError` with the two numbers.
  private func check(classCount: Int?) throws(SaliencyError) {
    guard let classCount, isList ? names.count != classCount : names.count > classCount else { return }
    let classes = "\(classCount) class" + (classCount == 1 ? "" : "es")
    guard isList else {
      throw SaliencyError(
        .invalidSetting,
        "the labels name class \(names.count - 1), but the network has \(classes), counted from 0", file: path
      )
    }
    let count = "\(names.count) name" + (names.count == 1 ? "" : "s")
    let first =
      names.count > classCount ? names.first.flatMap(\.self).map { "'\($0)' would name class 0; " } : nil
    throw SaliencyError(
      .invalidSetting,
      "the labels have \(count), but the network \(classes); \(first ?? "")give a name for each class, or a JSON object "
        + "{index: name} to name some", file: path)
  }
}
