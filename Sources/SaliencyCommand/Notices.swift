import Saliency

/// What is told once on standard error, of however many inputs it holds.
final class Notices {
  private var told: Set<String> = []

  /// Prints a line unless it has been printed.
  func tell(_ message: String) {
    if told.insert(message).inserted { StandardError.print(message) }
  }

  /// Tells where there are fewer or more names than classes.
  ///
  /// - Parameter classCount: nil where the units are no classes.
  func tell(_ labels: Labels?, classCount: Int?) {
    guard let classCount, let mismatch = labels?.mismatch(classCount: classCount) else { return }
    tell("note: " + mismatch)
  }

  /// Tells where pictures are prepared by a guess.
  ///
  /// - Parameter hasOptions: whether the command has options that say it.
  func tell(_ preprocessing: Preprocessing?, of model: Model, hasOptions: Bool = true) {
    guard preprocessing?.isGuessed == true else { return }
    tell(
      "warning: \(model.path): nothing says how pictures become its input, so they are scaled as is usual; give "
        + (hasOptions ? "--mean, --std and --scale, or " : "") + "a file \(model.path).saliency.json")
  }
}
