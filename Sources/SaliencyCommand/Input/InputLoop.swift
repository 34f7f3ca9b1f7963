import Saliency

/// Runs a body on each input and gathers what went wrong.
struct InputLoop<Answer: Report> {
  private let inputs: Inputs
  private var reports: [Answer] = []
  private var failures: [FailedInputReport] = []

  /// Throws the failure of an only input as it is, and one that is not the input's own at once; of several inputs each
  /// failure is printed and the others go on.
  ///
  /// - Parameters:
  ///   - isQuiet: whether no progress is drawn.
  ///   - body: makes the report of an input, and may draw its samples meanwhile.
  init(
    _ inputs: Inputs, model: String, isQuiet: Bool = false,
    _ body: (InputFile, SamplingBar) async throws -> Answer
  ) async throws {
    self.inputs = inputs
    let count = inputs.files.count
    let showsProgress = count > 1 && !isQuiet && StandardError.isTerminal
    for (index, input) in inputs.files.enumerated() {
      if showsProgress { ProgressBar.draw(done: index, of: count, name: input.name) }
      do {
        let bar = SamplingBar(
          input: count > 1 ? "\(input.name) (\(index + 1) of \(count))" : nil, isQuiet: isQuiet)
        reports.append(try await body(input, bar))
      } catch {
        let failure = Failure(error, input: input.title, model: model)
        if showsProgress { ProgressBar.clear() }
        guard inputs.areSeveral,
          [Failure.badData, Failure.missingInput, Failure.outOfMemory].contains(failure.exitCode)
        else {
          throw failure
        }
        StandardError.print("error: \(failure.message)")
        failures.append(FailedInputReport(input: input.path, error: failure.message))
      }
    }
    if showsProgress { ProgressBar.clear() }
  }

  /// Prints one JSON object: the report of an only input, else those of all; of a folder always those of all.
  func printJSON() throws {
    try StandardOutput.print(
      inputs.areSeveral
        ? ReportList(results: reports, failures: failures).json() : reports[0].json())
  }

  /// Throws where an input failed.
  func requireSuccess() throws(Failure) {
    guard !failures.isEmpty else { return }
    throw Failure("\(failures.count) of \(inputs.files.count) inputs failed", exitCode: Failure.someFailed)
  }
}
